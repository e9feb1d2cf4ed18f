'use client'
import { CodeBlock } from '@berth/ui/code-block'
import { InlineAlert } from '@berth/ui/inline-alert'
import { RelativeTime } from '@berth/ui/relative-time'
import { Spinner } from '@berth/ui/spinner'
import { useNow } from '@berth/ui/ticking-clock'
import type { HostView } from '@berth/core/host/host'
import { useState } from 'react'

const namesItself = /berth join https?:\/\/(127\.|localhost|\[::1\])/

/** Longer than a slow mirror takes, shorter than anybody looks at a page on which nothing happens. */
const patienceMs = 120_000

export interface HostArrivalProps {
  name: string
  command: string
  expiresAt: string
  host: HostView | undefined
  /** As it was typed: empty for the usual one. */
  port: string
}

/** The command, and what is known of the host meanwhile. */
export function HostArrival({ name, command, expiresAt, host, port }: HostArrivalProps) {
  const now = useNow()
  const [since] = useState(() => Date.now())
  const isLate = now !== null && now - since > patienceMs
  if (host?.state === 'online') {
    return (
      <InlineAlert tone="ok" title={`${name} has joined and is online`}>
        {host.facts === null
          ? 'It is telling what it has.'
          : `${host.facts.osName}, ${host.facts.cpuCount} processors, QEMU ${host.facts.qemuVersion}. It takes machines from now on.`}
      </InlineAlert>
    )
  }
  // A row of that name may be of an earlier life: only one that was signed now says that the command ran.
  const hasJoined = host?.state === 'joining'
  return (
    <div className="flex flex-col gap-4">
      <CodeBlock title="Command" code={command} wrap />
      {namesItself.test(command) && (
        <InlineAlert tone="warn" title="Good on this computer only">
          The command calls the panel by this computer’s own loopback address. For another computer, open this page by
          an address that it reaches; <code className="font-mono text-xs">./berth up --listen 0.0.0.0</code> lets the
          panel have one.
        </InlineAlert>
      )}
      <p role="status" className="text-ink-2 flex items-center gap-2.5 text-sm">
        <Spinner />
        {hasJoined ? `${name} has joined; waiting until its agent answers …` : `Waiting for ${name} …`}
      </p>
      {isLate && (
        <WhatToCheck name={name} hasJoined={hasJoined} address={host?.address} port={port === '' ? '7443' : port} />
      )}
      <p className="text-ink-3 text-xs">
        The command works once, until <RelativeTime at={expiresAt} show="local" />. It is shown this once; it can be
        taken back on this page. The panel’s certificate and the agent’s sum are in it: nothing on the way can change
        what runs.
      </p>
    </div>
  )
}

interface WhatToCheckProps {
  name: string
  hasJoined: boolean
  address: string | undefined
  port: string
}

function WhatToCheck({ name, hasJoined, address, port }: WhatToCheckProps) {
  return (
    <InlineAlert
      tone="warn"
      title={hasJoined ? `${name} has joined, but the panel does not reach it` : 'Nothing has come yet'}
    >
      <ul className="mt-1 flex list-disc flex-col gap-1 pl-4">
        {hasJoined ? (
          <>
            <li>
              Does the panel reach {address ?? 'it'} on TCP port {port}? A firewall, or a NAT between: then make a
              command with its address.
            </li>
            <li>
              Does the agent run? On {name}: <code className="font-mono text-xs">./berth agent status</code> in its
              folder.
            </li>
          </>
        ) : (
          <>
            <li>What did the command print last? It ends with one line that says what is missing.</li>
            <li>Does {name} reach this panel by the address in the command?</li>
            <li>Does it reach its package mirrors and the npm registry, to install what is missing?</li>
          </>
        )}
      </ul>
    </InlineAlert>
  )
}
