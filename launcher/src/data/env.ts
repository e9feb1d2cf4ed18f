/** The only reader of the environment in the launcher. */

const passedOn =
  /^(PATH|HOME|USER|LOGNAME|LANG|LC_.*|TZ|TMPDIR|XDG_RUNTIME_DIR|NODE_OPTIONS|NODE_EXTRA_CA_CERTS|SSL_CERT_.*|https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY|LOG_LEVEL|BERTH_.*)$/

export const launcherEnv = {
  databaseUrl: process.env['DATABASE_URL'] || undefined,
  xdgRuntimeDir: process.env['XDG_RUNTIME_DIR'] || undefined,
  /** For tests that kill services again and again, which in earnest would mean that they do not stay up. */
  maxRestartDelayMs: Number(process.env['BERTH_MAX_RESTART_DELAY_MS']) || undefined,
  isPlain: process.env['NO_COLOR'] !== undefined || process.env['TERM'] === 'dumb',
}

/** Everything, for programs that a person could have started by hand (pnpm, next build, vitest). */
export function fullEnv(extra: Record<string, string>): Record<string, string> {
  return { ...definedOnly(process.env), ...extra }
}

/** What long-running processes get: no secret of the shell that happened to start them. */
export function serviceEnv(extra: Record<string, string>): Record<string, string> {
  const entries = Object.entries(definedOnly(process.env)).filter(([name]) => passedOn.test(name))
  return { ...Object.fromEntries(entries), ...extra }
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
