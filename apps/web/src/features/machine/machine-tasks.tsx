'use client'
import { vmIdSchema } from '@berth/core/ids/ids'
import { TaskList } from '../tasks/task-list.tsx'

export interface MachineTasksProps {
  vmId: string
  /** The newest few, for a narrow place. */
  compact?: boolean | undefined
}

/** Tasks on one machine, newest first. */
export function MachineTasks({ vmId, compact = false }: MachineTasksProps) {
  const input = { limit: compact ? 5 : 25, filter: { vmId: vmIdSchema.parse(vmId) } }
  return <TaskList input={input} label="Tasks on this machine" compact={compact} />
}
