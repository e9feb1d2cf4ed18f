import { expect, it } from 'vitest'
import { isOperationEnded } from './operation-ended.ts'
import { operationStatuses } from './operation.ts'
import { mayOperationBecome } from './operation-transitions.ts'

it('leaves no ended operation, and every other one can end', () => {
  for (const from of operationStatuses) {
    const next = operationStatuses.filter((to) => mayOperationBecome(from, to))
    if (isOperationEnded(from)) expect(next).toEqual([])
    else expect(next.some(isOperationEnded)).toBe(true)
  }
})
