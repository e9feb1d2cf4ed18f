import { late } from '@berth/ui/late'

/** The words for errors, for what is on every page and seldom fails. */
export const lateErrorText = late(() => import('./error-text.ts'))
