/** The process that plays the browsers: apart from the servers, and the same for Berth and for its peer. */
import { setTimeout as delay } from 'node:timers/promises'
import { jobCallSchema, type Job, type JobResult } from './load-jobs.ts'
import { screenCommand } from './screen-command.ts'
import { Viewer } from './viewer.ts'
import { maskedFrame } from './ws-frames.ts'

const groups = new Map<string, Viewer[]>()
/** Whose screen answers each message already: a second command to do so would be one more message to answer. */
const echoing = new WeakSet<Viewer>()

process.on('message', (message) => {
  const { id, job } = jobCallSchema.parse(message)
  const began = performance.now()
  work(job).then(
    (roundTripsMs) => answer({ id, result: { ms: performance.now() - began, roundTripsMs } }),
    (error: unknown) => answer({ id, error: error instanceof Error ? error.message : String(error) }),
  )
})

function answer(message: { id: number; result: JobResult } | { id: number; error: string }): void {
  process.send?.(message)
}

async function work(job: Job): Promise<number[]> {
  if (job.kind === 'open') {
    const opened = job.viewers.map((target) => new Viewer(target))
    groups.set(job.group, [...(groups.get(job.group) ?? []), ...opened])
    await Promise.all(opened.map((viewer) => viewer.opened))
    return []
  }
  const viewers = groups.get(job.group) ?? []
  const [first] = viewers
  if (first === undefined) throw new Error(`no viewer is open as ${job.group}`)
  switch (job.kind) {
    case 'close':
      for (const viewer of viewers) viewer.close()
      groups.delete(job.group)
      return []
    case 'down': {
      const received = first.receive(job.bytes)
      first.send(screenCommand('down', job.bytes))
      await received
      return []
    }
    case 'up':
      await sendUp(first, job.bytes, job.frameBytes)
      return []
    case 'ping':
      return (await Promise.all(viewers.map((viewer) => ping(viewer, job)))).flat()
    case 'stall':
      first.send(screenCommand('down', job.bytes))
      first.stall()
      return []
  }
}

async function sendUp(viewer: Viewer, bytes: number, frameBytes: number): Promise<void> {
  const frame = maskedFrame(Buffer.alloc(frameBytes, 0x61))
  const received = viewer.receive(1)
  viewer.send(screenCommand('up', bytes))
  for (let left = bytes; left > 0; left -= frameBytes) await viewer.sendFrame(frame)
  await received
}

async function ping(viewer: Viewer, job: Extract<Job, { kind: 'ping' }>): Promise<number[]> {
  const { count, askedBytes, answeredBytes, everyMs } = job
  const frame = maskedFrame(Buffer.alloc(askedBytes, 0x61))
  const roundTripsMs: number[] = []
  if (!echoing.has(viewer)) viewer.send(screenCommand('echo', askedBytes, answeredBytes))
  echoing.add(viewer)
  // Viewers that start together would all speak in the same millisecond for ever.
  const start = performance.now() + Math.random() * everyMs
  for (let i = 0; i < count; i++) {
    const waitMs = start + i * everyMs - performance.now()
    if (everyMs > 0 && waitMs > 0) await delay(waitMs)
    const received = viewer.receive(answeredBytes)
    const asked = performance.now()
    viewer.sendFrameNow(frame)
    await received
    roundTripsMs.push(performance.now() - asked)
  }
  return roundTripsMs
}
