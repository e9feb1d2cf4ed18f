/** What the report of a step says of its machine. It owns nothing: the machine's publisher has the state. */
import type { AgentCommand } from '@berth/core/agent-contract/agent-commands'
import type { VmRegistry } from '../vm/vm-registry.ts'
import type { SightMachine } from './step-runner.ts'

export const machineSight =
  (machines: VmRegistry, bootId: string): SightMachine =>
  (command: AgentCommand) => {
    const actor = 'vmId' in command ? machines.get(command.vmId) : undefined
    return actor === undefined ? undefined : { bootId, vm: actor.publisher.observation() }
  }
