import { expect, it } from 'vitest'
import { placeTooltip } from './tooltip-place.ts'

const window = { width: 400, height: 300 }
const tip = { width: 100, height: 20 }

it('stands centred on its side, a gap away', () => {
  const anchor = { left: 180, top: 150, width: 40, height: 30 }
  expect(placeTooltip(anchor, tip, { side: 'top', window })).toEqual({ left: 150, top: 124 })
  expect(placeTooltip(anchor, tip, { side: 'bottom', window })).toEqual({ left: 150, top: 186 })
  expect(placeTooltip(anchor, tip, { side: 'right', window })).toEqual({ left: 226, top: 155 })
  expect(placeTooltip(anchor, tip, { side: 'left', window })).toEqual({ left: 74, top: 155 })
})

it('changes sides where there is no room, and stays inside the window', () => {
  const corner = { left: 370, top: 4, width: 28, height: 28 }
  expect(placeTooltip(corner, tip, { side: 'top', window })).toEqual({ left: 292, top: 38 })
  const high = { left: 10, top: 2, width: 20, height: 296 }
  expect(placeTooltip(high, tip, { side: 'top', window })).toEqual({ left: 8, top: 8 })
})
