import { defineConfig } from 'prisma/config'

// Commands that touch a database need DATABASE_URL; generate and validate run without one.
const databaseUrl = process.env.DATABASE_URL

export default defineConfig({
  schema: 'schema.prisma',
  migrations: { path: 'migrations' },
  ...(databaseUrl === undefined ? {} : { datasource: { url: databaseUrl } }),
})
