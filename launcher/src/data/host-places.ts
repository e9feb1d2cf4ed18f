/**
 * Where the hosts of this Berth live: on this computer's own network, or each in a namespace of the lab (e2e/lab), which
 * is how several on one computer can have networks like several computers. A host stays where it is: its machines hang on
 * its network. So only new hosts come into the lab, and of those only such as are not alone.
 */
import { join } from 'node:path'
import { ensureLab, labObstacle, removeLab } from '../../../e2e/lab/lab-network.ts'
import { labIdOf } from '../../../e2e/lab/lab-plan.ts'
import type { DataPaths } from './data-paths.ts'
import { LauncherError, messageOf } from '../terminal/launcher-error.ts'
import type { HostSettings, Settings } from './settings.ts'
import { stage } from '../terminal/stages.ts'

/** Of every agent in a namespace: it is alone there. */
const agentPort = 7_443

type Places = Pick<Settings, 'hosts' | 'lab'>

interface Before {
  /** The hosts that there have been so far. */
  known: readonly HostSettings[]
  /** Undefined: as it was, which is open at first. */
  isClosed: boolean | undefined
}

/** Makes the lab, or makes it whole, and answers where each host is then. */
export async function placeHosts({ hosts, lab }: Places, before: Before, paths: DataPaths): Promise<Places> {
  const { known, isClosed = lab?.isClosed ?? false } = before
  const isNew = ({ name }: HostSettings): boolean => !known.some((host) => host.name === name)
  const isMany = hosts.length > 1 && hosts.some(isNew)
  const places: Places = { hosts: [...hosts], lab }
  if (lab === null && !isMany) return places
  await stage('Network of the hosts', async () => {
    const obstacle = await labObstacle()
    if (obstacle !== undefined && lab === null) return `on this computer's own loopback: ${obstacle}`
    if (obstacle !== undefined) throw new LauncherError(`The hosts of this Berth are namespaces, and ${obstacle}.`)
    const housed = hosts.filter((host) => host.namespace !== null || isNew(host))
    const plan = await ensureLab({
      id: labIdOf(paths.dataDir),
      hosts: housed.map(({ name }) => name),
      stateDir: labDir(paths),
      isClosed,
      formerAddress: lab?.panelAddress,
    }).catch((error: unknown) => {
      throw new LauncherError(`The hosts' network could not be made: ${messageOf(error)}`)
    })
    places.lab = { panelAddress: plan.panelAddress, isClosed }
    places.hosts = hosts.map((host) => {
      const place = plan.hosts.find(({ name }) => name === host.name)
      // One that stays on this computer's own network listens where the others reach it, too.
      if (place === undefined) return { ...host, address: plan.panelAddress }
      return { ...host, address: place.address, port: agentPort, namespace: place.namespace }
    })
    const reach = isClosed ? 'nothing leads out' : 'they reach out through this computer'
    return `${housed.length} namespaces on ${plan.managementPrefix}.0/24, ${reach}`
  })
  return places
}

/** Hosts with machines that run on stay, and are found again by the next `up`. */
export async function removeIdleHosts(paths: DataPaths): Promise<string | undefined> {
  const kept = await removeLab(labIdOf(paths.dataDir), { keepsBusy: true })
  return kept.length === 0 ? undefined : `machines run on in ${kept.join(', ')}`
}

/** What the guest network remembers of its guests. */
const labDir = (paths: DataPaths): string => join(paths.dataDir, 'lab')
