'use client'
import { Card } from '@berth/ui/card'
import { AuditTrail } from './audit-trail.tsx'
import { MachineTasks } from './machine-tasks.tsx'

export function MachineActivity({ vmId }: { vmId: string }) {
  return (
    <div className="flex flex-col gap-4">
      <Card title="Tasks" flush>
        <MachineTasks vmId={vmId} />
      </Card>
      <Card title="Audit" description="Every change that was asked for, by whom and from where" flush>
        <AuditTrail vmId={vmId} />
      </Card>
    </div>
  )
}
