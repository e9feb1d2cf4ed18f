import { expect } from '@playwright/test'

/** Waits until the panel at `url` takes requests. */
export async function waitUntilReady(url: string): Promise<void> {
  const isReady = async (): Promise<boolean> => (await fetch(`${url}/readyz`).catch(() => undefined))?.ok === true
  await expect.poll(isReady, { message: `the panel at ${url} is ready`, timeout: 60_000 }).toBe(true)
}
