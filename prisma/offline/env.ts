/** What Prisma's CLI, and the engine that it starts, inherit. */
export function cliEnvironment(): NodeJS.ProcessEnv {
  return process.env
}

export function isDebugging(): boolean {
  return Boolean(process.env.DEBUG)
}
