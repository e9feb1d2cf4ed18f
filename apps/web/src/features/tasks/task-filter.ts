/** Which tasks are shown, as it stands in the address: `?show=failed&who=me`. */
import type { OperationStatus } from '@berth/core/operation/operation'

export const taskShows = ['all', 'running', 'failed'] as const
export type TaskShow = (typeof taskShows)[number]

export interface TaskFilter {
  show: TaskShow
  isMine: boolean
}

const statuses: Readonly<Record<TaskShow, OperationStatus[] | null>> = {
  all: null,
  running: ['queued', 'running', 'cancelling'],
  failed: ['failed', 'interrupted'],
}

interface Search {
  get(name: string): string | null
}

export function parseTaskFilter(search: Search): TaskFilter {
  const show = taskShows.find((name) => name === search.get('show')) ?? 'all'
  return { show, isMine: search.get('who') === 'me' }
}

export function taskFilterQuery({ show, isMine }: TaskFilter): Record<string, string | undefined> {
  return { show: show === 'all' ? undefined : show, who: isMine ? 'me' : undefined }
}

const pageSize = 50

/** The input of `operation.list`; the same for the page's prefetch and the browser, so that both mean one query. */
export function taskListInput({ show, isMine }: TaskFilter, viewerId: string) {
  const status = statuses[show]
  return {
    limit: pageSize,
    filter: { ...(status === null ? {} : { status }), ...(isMine ? { actorUserId: viewerId } : {}) },
  }
}
