import fc from 'fast-check'
import { expect, it } from 'vitest'
import { splitTicket, ticketWithSeat } from './console-seat.ts'

const tickets = fc.stringMatching(/^console_[A-Za-z0-9_-]{43}$/)
const seatNames = fc.option(fc.stringMatching(/^[A-Za-z0-9]{16,40}$/), { nil: undefined })

it('gives back ticket and seat, whatever the ticket is made of, within the length of an address', () => {
  fc.assert(
    fc.property(seatNames, tickets, (seatName, ticket) => {
      const text = ticketWithSeat(ticket, seatName)
      expect(splitTicket(text)).toEqual({ ticket, seatName })
      expect(text).toMatch(/^[A-Za-z0-9_-]{20,100}$/)
    }),
  )
})
