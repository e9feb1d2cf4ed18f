/** The server that tests use instead of an embedded one, or undefined. Read by tests only: the panel has its own config. */
export function externalTestUrl(): string | undefined {
  const url = process.env.DATABASE_URL_TEST ?? process.env.DATABASE_URL
  return url === '' ? undefined : url
}

/** Whether this is one of vitest's workers, and not a process of its own. */
export function isVitestWorker(): boolean {
  return process.env.VITEST_WORKER_ID !== undefined
}
