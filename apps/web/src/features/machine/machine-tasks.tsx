'use client'
import { vmIdSchema } from '@berth/core/ids/ids'
import { TaskList } from '../tasks/task-list.tsx'

/** All tasks on one machine, newest first. */
export function MachineTasks({ vmId }: { vmId: string }) {
  return <TaskList input={{ limit: 25, filter: { vmId: vmIdSchema.parse(vmId) } }} label="Tasks on this machine" />
}
