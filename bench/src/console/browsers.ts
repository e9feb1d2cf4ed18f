/** The load generator as the benchmark sees it. */
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { jobAnswerSchema, type Job, type JobResult } from './load-jobs.ts'

export interface Browsers extends AsyncDisposable {
  run(job: Job): Promise<JobResult>
}

export function openBrowsers(): Browsers {
  const child = fork(join(import.meta.dirname, 'load-generator.ts'))
  const waiting = new Map<number, { done: (result: JobResult) => void; fail: (error: Error) => void }>()
  let lastId = 0
  child.on('message', (message) => {
    const answer = jobAnswerSchema.parse(message)
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('error' in answer) asked?.fail(new Error(answer.error))
    else asked?.done(answer.result)
  })
  child.on('exit', (code) => waiting.forEach(({ fail }) => fail(new Error(`the load generator ended: ${code}`))))
  return {
    run(job) {
      const { promise, resolve, reject } = Promise.withResolvers<JobResult>()
      const id = ++lastId
      waiting.set(id, { done: resolve, fail: reject })
      child.send({ id, job })
      return promise
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
    },
  }
}
