/** What sim-config.ts parses. */
export const simEnv: Readonly<Record<string, string | undefined>> = process.env
