/**
 * The filter box of the machine list: free text and `state:running host:b tag:prod image:debian`. The text form is what
 * lies in the URL and what people save; quotes hold values with spaces. Pure.
 */
import type { VmState } from '@berth/core/vm/vm-state'

export const filterKeys = ['state', 'host', 'tag', 'image'] as const
export type FilterKey = (typeof filterKeys)[number]

export interface FilterToken {
  key: FilterKey
  value: string
}

export interface VmFilter {
  text: string
  tokens: readonly FilterToken[]
}

export const filterStates = [
  'running',
  'stopped',
  'paused',
  'starting',
  'stopping',
  'crashed',
  'migrating',
  'creating',
  'deleting',
  'unknown',
] as const satisfies readonly VmState[]

const wordPattern = /([a-z]+):"([^"]*)"|([a-z]+):(\S+)|"([^"]*)"|(\S+)/gi

/** Words of known keys become tokens, all else is text. The same token counts once. */
export function parseVmFilter(source: string): VmFilter {
  const tokens: FilterToken[] = []
  const words: string[] = []
  for (const match of source.matchAll(wordPattern)) {
    const token = tokenOf(match[1] ?? match[3], match[2] ?? match[4])
    if (token === null) words.push(match[5] ?? match[0])
    else if (!tokens.some((other) => isSameToken(other, token))) tokens.push(token)
  }
  return { text: words.join(' '), tokens }
}

export function formatVmFilter({ text, tokens }: VmFilter): string {
  return [...tokens.map(formatToken), text.trim()].filter((part) => part !== '').join(' ')
}

export const formatToken = ({ key, value }: FilterToken): string =>
  /[\s"]/.test(value) ? `${key}:"${value.replaceAll('"', '')}"` : `${key}:${value}`

export const isSameToken = (a: FilterToken, b: FilterToken): boolean => a.key === b.key && a.value === b.value

/** With the token, or without it where it was. Of host, tag and image there is one at a time; states add up. */
export function toggleToken(filter: VmFilter, token: FilterToken): VmFilter {
  const without = filter.tokens.filter((other) => !isSameToken(other, token))
  if (without.length < filter.tokens.length) return { ...filter, tokens: without }
  const kept = token.key === 'state' ? without : without.filter((other) => other.key !== token.key)
  return { ...filter, tokens: [...kept, token] }
}

function tokenOf(key: string | undefined, value: string | undefined): FilterToken | null {
  const known = filterKeys.find((name) => name === key?.toLowerCase())
  if (known === undefined || value === undefined || value === '') return null
  if (known !== 'state') return { key: known, value }
  const state = filterStates.find((name) => name === value.toLowerCase())
  return state === undefined ? null : { key: 'state', value: state }
}
