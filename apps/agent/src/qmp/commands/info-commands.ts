/** What a QEMU is and can: vCPU threads, its own schema. */
import { parseSchemaInfo, type SchemaInfo } from '../schema-info.ts'
import type { ExecuteOptions, QmpClient } from '../qmp-client.ts'
import type { QmpCommands } from '../qmp-types.generated.ts'

export type CpuInfo = QmpCommands['query-cpus-fast']['returns'][number]

/** Each vCPU with its thread's id on the host (`thread-id`), for accounting and pinning. Does not stop the guest. */
export const queryCpus = (qmp: QmpClient, options?: ExecuteOptions): Promise<readonly CpuInfo[]> =>
  qmp.execute('query-cpus-fast', {}, options)

/** Everything that this QEMU understands, for compareSchema. Takes it 70 ms: once per binary, not per machine. */
export async function querySchema(qmp: QmpClient): Promise<ReadonlyMap<string, SchemaInfo>> {
  return parseSchemaInfo(await qmp.execute('query-qmp-schema', {}))
}
