/**
 * The one line that makes a computer a host. Pure. It fetches the agent from the panel, checks it against the sum that the
 * administrator saw, and lets it install itself: nothing that came over the network runs before that check.
 *
 * It is read by root's shell, so each of its words is of letters that mean nothing to a shell.
 */
import { AppError } from '@berth/core/errors/app-error'
import { agentBundlePath } from './agent-bundle.ts'

export const defaultAgentFolder = '/opt/berth-agent'
export const defaultAgentPort = 7_443

export interface JoinCommandParts {
  /** By which address hosts reach the panel: http://10.0.0.1:7400 */
  readonly panelUrl: string
  /** SHA-256 of the bundle, lower-case hexadecimal. */
  readonly bundleSha256: string
  readonly token: string
  readonly folder: string
  readonly port: number
  /** Where the panel is to reach the agent; null: where it comes from. */
  readonly address: string | null
}

const plainWord = /^[A-Za-z0-9/:.,_=@%+[\]-]+$/

export function joinCommand(parts: JoinCommandParts): string {
  const { panelUrl, bundleSha256, token, folder, port, address } = parts
  const url = panelUrl.replace(/\/+$/, '')
  const file = 'agent.tgz'
  const options = [
    ...(port === defaultAgentPort ? [] : ['--port', String(port)]),
    ...(address === null ? [] : ['--address', address]),
  ]
  for (const word of [url, bundleSha256, token, folder, ...options]) {
    if (!plainWord.test(word)) throw new AppError('INPUT_INVALID', `"${word}" cannot stand in a command to paste.`)
  }
  const source = `${url}${agentBundlePath}`
  return [
    `mkdir -p ${folder} && cd ${folder}`,
    // A new Debian may have one of the two only.
    `{ curl -fsSo ${file} ${source} || wget -qO ${file} ${source}; }`,
    `echo ${bundleSha256} ${file} | sha256sum -c --quiet`,
    `tar -xzf ${file}`,
    ['./berth join', url, token, ...options].join(' '),
  ].join(' && ')
}
