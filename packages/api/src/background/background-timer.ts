/** A repeating job that never runs beside itself and never ends the process; its failures are logged and tried again. */
import type { Logger } from 'pino'

export interface TimerOptions {
  readonly name: string
  readonly everyMs: number
  readonly log: Logger
}

/** Runs `work` now and then every `everyMs`, until it is disposed. */
export function startTimer({ name, everyMs, log }: TimerOptions, work: () => Promise<void>): Disposable {
  let isRunning = false
  const tick = async (): Promise<void> => {
    if (isRunning) return
    isRunning = true
    try {
      await work()
    } catch (error) {
      log.warn({ err: error, job: name }, 'background job failed')
    } finally {
      isRunning = false
    }
  }
  void tick()
  const timer = setInterval(() => void tick(), everyMs)
  timer.unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
