'use client'
/** Carries out link-state.ts: sessions, timers, and what the browser notices about its network. */
import type { ConsoleKind } from '@berth/core/agent-contract/agent-contract'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useReducer, useState } from 'react'
import { useLiveState } from '../../lib/events/events-provider.tsx'
import { useTRPC, useTRPCClient } from '../../lib/trpc/trpc-context.ts'
import { newIdempotencyKey } from '../../lib/idempotency-key.ts'
import { type LinkState, type MachinePower, nextLink, startLink } from './link-state.ts'
import { type AttachConsole, runSession } from './run-session.ts'
import { type ConsoleViewers, useConsoleViewers } from './use-console-viewers.ts'

const settledAfterMs = 5_000

export interface ConsoleLinkOptions {
  vmId: string
  kind: ConsoleKind
  machine: MachinePower
  /** Where it is now: another host means another line. */
  hostId: string | null
  isMoving: boolean
  /** Called at the start of every session, by its newest version. `mayAnswer`: whether it answers the guest's terminal. */
  prepare: (mayAnswer: () => boolean) => Promise<AttachConsole>
}

export interface ConsoleLink {
  state: LinkState
  /** From this tab to the machine's host and back; null while not open or not measured yet. */
  latencyMs: number | null
  viewers: ConsoleViewers
  /** Does not wait for the time to be up. */
  reconnect: () => void
}

/** For one machine and one kind for the component's life: give the component a key of both. */
export function useConsoleLink(options: ConsoleLinkOptions): ConsoleLink {
  const { vmId, kind, machine, hostId, isMoving, prepare } = options
  const client = useTRPCClient()
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [link, dispatch] = useReducer(nextLink, null, () => startLink(machine, kind === 'screen'))
  const [latencyMs, setLatencyMs] = useState<number | null>(null)
  // Names this console over all its sessions, to the audit and to the other viewers.
  const [seat] = useState(newIdempotencyKey)
  const viewers = useConsoleViewers(kind)
  const { state } = link
  const session = 'session' in state ? state.session : null

  // In this order: a machine that went off while it moves is not off.
  useEffect(() => dispatch({ kind: 'movingSeen', isMoving }), [isMoving])
  useEffect(() => dispatch({ kind: 'machineSeen', machine }), [machine])
  useEffect(() => dispatch({ kind: 'hostSeen', hostId }), [hostId])

  const begin = useEffectEvent((number: number, signal: AbortSignal) => {
    let isFirst = true
    void runSession(
      {
        prepare: () => prepare(viewers.mayAnswer),
        openTicket: async () => (await client.console.open.mutate({ vmId, kind, seat })).path,
        onViewers(list, ask) {
          viewers.hear(list, ask, isFirst)
          isFirst = false
        },
        onOpened: () => dispatch({ kind: 'opened', session: number }),
        onClosed: (code) => dispatch({ kind: 'closed', session: number, code }),
        onRefused(code) {
          dispatch({ kind: 'refused', session: number, code })
          // What this page believes of the machine is not so: it must not depend on the stream to find out.
          if (code === 'VM_STATE_CONFLICT') void queryClient.invalidateQueries(trpc.vm.get.queryFilter({ vmId }))
        },
        onLatency: setLatencyMs,
      },
      signal,
    )
  })
  useEffect(() => {
    if (session === null) return
    const controller = new AbortController()
    begin(session, controller.signal)
    return () => controller.abort()
  }, [session])

  useEffect(() => {
    if (state.kind !== 'waiting' && state.kind !== 'open') return
    // Spread out, so that a hundred tabs do not come back to a restarted panel in the same instant.
    const waitMs = state.kind === 'open' ? settledAfterMs : state.delayMs * (0.8 + 0.4 * Math.random())
    const event = state.kind === 'open' ? ({ kind: 'settled', session: state.session } as const) : timeIsUp
    const timer = setTimeout(() => dispatch(event), waitMs)
    return () => clearTimeout(timer)
  }, [state])

  // The page's stream is back, so the panel is: no need to wait for the time to be up.
  const isPanelBack = useLiveState().kind === 'live'
  useEffect(() => {
    if (isPanelBack) dispatch({ kind: 'asked' })
  }, [isPanelBack])

  useEffect(() => {
    const ask = () => {
      if (document.visibilityState === 'visible') dispatch({ kind: 'asked' })
    }
    window.addEventListener('online', ask)
    document.addEventListener('visibilitychange', ask)
    return () => {
      window.removeEventListener('online', ask)
      document.removeEventListener('visibilitychange', ask)
    }
  }, [])

  return {
    state,
    latencyMs: state.kind === 'open' ? latencyMs : null,
    viewers,
    reconnect: () => dispatch({ kind: 'asked' }),
  }
}

const timeIsUp = { kind: 'timeIsUp' } as const
