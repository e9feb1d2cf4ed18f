import { MutationObserver, onlineManager } from '@tanstack/react-query'
import { afterEach, expect, it, vi } from 'vitest'
import { makeQueryClient } from './query-client.ts'

afterEach(() => onlineManager.setOnline(true))

const failing = () => Promise.reject(new Error('no network'))

it('fails what is asked without a network, at once, and tells it', async () => {
  const onMutationFailed = vi.fn()
  const client = makeQueryClient({ onSignedOut: vi.fn(), onMutationFailed })
  onlineManager.setOnline(false)
  await expect(new MutationObserver(client, { mutationFn: failing }).mutate()).rejects.toThrow('no network')
  expect(onMutationFailed).toHaveBeenCalledOnce()
})

it('leaves a failure to its caller, where that shows it', async () => {
  const onMutationFailed = vi.fn()
  const client = makeQueryClient({ onSignedOut: vi.fn(), onMutationFailed })
  const options = { mutationFn: failing, meta: { showsError: true } }
  await expect(new MutationObserver(client, options).mutate()).rejects.toThrow('no network')
  expect(onMutationFailed).not.toHaveBeenCalled()
})
