/**
 * Runs the Prisma CLI (`pnpm --filter @berth/prisma prisma migrate dev --name x`) without its download of a native schema
 * engine: schema-engine.ts takes that one's place. PRISMA_NATIVE_ENGINE=1 lets Prisma use its own.
 */
import { runPrisma } from './prisma-cli.ts'

process.exitCode = runPrisma(process.argv.slice(2))
