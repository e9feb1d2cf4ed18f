/** The settings of a simulated fleet, beside those that each agent has. */
import { join } from 'node:path'
import { fleetHostName, fleetTokenFile } from '@berth/core/agent-contract/fleet-plan'
import { AppError } from '@berth/core/errors/app-error'
import { z } from 'zod'
import type { AgentConfig } from '../config.ts'
import { simEnv } from './env.ts'
import { faultSharesSchema, type FaultShares } from './sim-fault.ts'

const countSchema = z.coerce.number().int().min(0)

const environmentSchema = z.object({
  /** Absent: one host, with the agent's own settings. Else so many, each in a folder of its own, on ports one after the other. */
  BERTH_SIM_HOSTS: countSchema.min(1).max(1_000).optional(),
  /** Machines that each of them has from the start. */
  BERTH_SIM_VMS: countSchema.max(1_000).default(0),
  BERTH_SIM_SEED: countSchema.default(1),
  BERTH_SIM_FAULTS: faultSharesSchema.default(new Map()),
  /** A machine is sampled in each n-th round of 2 s. */
  BERTH_SIM_SAMPLE_EVERY: countSchema.min(1).default(1),
  /** Where a panel's `demo` command has put tokens and the names of pool and network; see core's fleet-plan.ts. */
  BERTH_SIM_PLAN: z.string().min(1).optional(),
})

export interface SimConfig {
  /** In a fleet each has a name of its own. */
  readonly hosts: readonly { readonly name: string; readonly config: AgentConfig }[]
  readonly vmsPerHost: number
  readonly seed: number
  readonly faultShares: FaultShares
  readonly planPath: string | undefined
}

/** `base`: the agent's own settings. Throws INPUT_INVALID. */
export function loadSimConfig(
  base: AgentConfig,
  environment: Readonly<Record<string, string | undefined>> = simEnv,
): SimConfig {
  const parsed = environmentSchema.safeParse(environment)
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new AppError('INPUT_INVALID', `The simulation's settings are wrong: ${problems.join('; ')}`)
  }
  const values = parsed.data
  const sampled = { ...base, sampleEveryRounds: values.BERTH_SIM_SAMPLE_EVERY }
  const { BERTH_SIM_HOSTS: count } = values
  const one = { name: base.name ?? 'sim', config: sampled }
  return {
    hosts: count === undefined ? [one] : Array.from({ length: count }, (_, index) => hostOfFleet(sampled, index)),
    vmsPerHost: values.BERTH_SIM_VMS,
    seed: values.BERTH_SIM_SEED,
    faultShares: values.BERTH_SIM_FAULTS,
    planPath: values.BERTH_SIM_PLAN,
  }
}

function hostOfFleet(base: AgentConfig, index: number): SimConfig['hosts'][number] {
  const name = fleetHostName(index)
  const dataDir = join(base.dataDir, name)
  const config: AgentConfig = {
    ...base,
    dataDir,
    runDir: join(base.runDir, String(index + 1)),
    name: base.listen.host,
    listen: { host: base.listen.host, port: base.listen.port + index },
    joinTokenFile: join(dataDir, fleetTokenFile),
  }
  return { name, config }
}
