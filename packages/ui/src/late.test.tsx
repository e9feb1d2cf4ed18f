// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { afterEach, expect, it, vi } from 'vitest'
import { hearLateFailures, late, useLate } from './late.ts'

afterEach(cleanup)

it('shows nothing when the fetch fails, and tries again with the next wish', async () => {
  const answers = [() => Promise.reject(new Error('away')), () => Promise.resolve({ word: 'there' })]
  let fetches = 0
  const source = late(() => answers[fetches++]?.() ?? Promise.reject(new Error('asked too often')))
  function Harness() {
    const [wishes, setWishes] = useState(0)
    const module = useLate(source, wishes)
    return <button onClick={() => setWishes(wishes + 1)}>{module?.word ?? 'nothing'}</button>
  }
  const user = userEvent.setup()
  render(<Harness />)
  const button = screen.getByRole('button')
  expect(fetches).toBe(0)
  await user.click(button)
  expect(fetches).toBe(1)
  expect(button.textContent).toBe('nothing')
  await user.click(button)
  expect(await screen.findByText('there')).toBe(button)
  expect(fetches).toBe(2)
  await user.click(button)
  expect(fetches).toBe(2)
})

it('tells that code is lost when it is wanted, not when it was only fetched ahead', async () => {
  const source = late((): Promise<{ word: string }> => Promise.reject(new Error('gone')))
  const heard: unknown[] = []
  const stop = hearLateFailures((error) => heard.push(error))
  source.preload()
  await expect(source.load()).rejects.toThrow('gone')
  expect(heard).toEqual([])
  function Harness() {
    return <p>{useLate(source, 1)?.word ?? 'nothing'}</p>
  }
  render(<Harness />)
  await vi.waitFor(() => expect(heard).toEqual([new Error('gone')]))
  stop()
})
