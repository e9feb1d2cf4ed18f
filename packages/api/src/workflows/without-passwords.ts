/** A machine's passport as it may be kept: patches of steps are journalled in plain text. */
import { movePassportSchema, type MovePassport } from '@berth/core/agent-contract/move-commands'

/** Whoever takes the machine is told the spec again, with its secrets. */
export function withoutPasswords(passport: unknown): MovePassport {
  const { spec, nextSpec, ...rest } = movePassportSchema.parse(passport)
  return { ...rest, spec: withoutPassword(spec), nextSpec: withoutPassword(nextSpec) }
}

function withoutPassword(spec: MovePassport['spec']): MovePassport['spec'] {
  if (spec.cloudInit === null) return spec
  const { password: _password, ...cloudInit } = spec.cloudInit
  return { ...spec, cloudInit }
}
