/**
 * The first administrator of an installation. The password is made before the user, in `<data>/initial-admin`, so that a
 * panel that dies between the two leaves nobody locked out, and two panels agree on it.
 */
import { join } from 'node:path'
import type { PrismaClient } from '@berth/prisma/client'
import { countAdmins, createUser } from '../user/user-repo.ts'
import { newPassword } from './passwords.ts'
import { readOrMakeSecretFile } from './secret-files.ts'

export const firstAdminEmail = 'admin@berth.local'

/** Does nothing where there is an administrator already. Answers whether it made one. */
export async function ensureFirstAdmin(db: PrismaClient, dataDir: string): Promise<boolean> {
  if ((await countAdmins(db)) > 0) return false
  const path = join(dataDir, 'initial-admin')
  const text = await readOrMakeSecretFile(path, () => `email: ${firstAdminEmail}\npassword: ${newPassword()}\n`)
  const password = /^password: (.+)$/m.exec(text)?.[1] ?? ''
  const user = { email: firstAdminEmail, name: 'Administrator', role: 'admin', password } as const
  const made = await createUser(db, user)
  return made !== null
}
