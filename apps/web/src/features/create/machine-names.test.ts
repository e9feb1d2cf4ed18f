import { expect, it } from 'vitest'
import { machineNames, namesText } from './machine-names.ts'

it('numbers the names of several, and leaves that of one as it is', () => {
  expect(machineNames('web', 1)).toEqual(['web'])
  expect(machineNames('web-7', 1)).toEqual(['web-7'])
  expect(machineNames('web', 3)).toEqual(['web-1', 'web-2', 'web-3'])
  expect(machineNames('web-9', 2)).toEqual(['web-9', 'web-10'])
  expect(machineNames('web-', 2)).toEqual(['web--1', 'web--2'])
  expect(machineNames('web', 500)).toHaveLength(20)
})

it('says many names short', () => {
  expect(namesText(machineNames('web', 2))).toBe('web-1, web-2')
  expect(namesText(machineNames('web', 5))).toBe('web-1 … web-5')
})
