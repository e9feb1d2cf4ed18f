/** Operations: each ends and says how (I7), and stands in the audit once (I8). */
import { z } from 'zod'
import { queryRows } from './panel-rows.ts'
import { violation, type Violation } from './violation.ts'

const operationRow = z.object({ id: z.string(), title: z.string(), status: z.string(), has_error: z.boolean() })
const operationsSql = `SELECT id, title, status, error IS NOT NULL AS has_error FROM operation`

export async function operationViolations(dataDir: string): Promise<Violation[]> {
  const rows = await queryRows(dataDir, operationRow, [operationsSql, []])
  return rows.flatMap(({ id, title, status, has_error }) => {
    if (['queued', 'running', 'cancelling'].includes(status))
      return [violation('I7', `"${title}" (${id}) is ${status}`)]
    const needsReason = status === 'failed' || status === 'interrupted'
    return needsReason && !has_error ? [violation('I7', `"${title}" (${id}) is ${status} without a reason`)] : []
  })
}

const auditRow = z.object({ id: z.string(), title: z.string(), records: z.coerce.number() })
/** What the panel does by itself has no caller; a cancel and another cap are requests of their own about the same operation. */
const auditSql = `
  SELECT operation.id, title, count(audit.id) AS records FROM operation
  LEFT JOIN audit ON audit.operation_id = operation.id AND audit.outcome = 'ok'
    AND audit.procedure NOT IN ('operation.cancel', 'vm.setMoveBandwidth')
  WHERE operation.actor_via <> 'system' GROUP BY operation.id HAVING count(audit.id) <> 1`

export async function auditViolations(dataDir: string): Promise<Violation[]> {
  const rows = await queryRows(dataDir, auditRow, [auditSql, []])
  return rows.map(({ id, title, records }) =>
    violation('I8', `"${title}" (${id}) stands in the audit ${records} times`),
  )
}
