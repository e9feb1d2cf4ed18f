/** The serial port of a simulated machine: whoever types is answered by a login prompt that lets nobody in. */
import type { SimMachine } from './sim-machine.ts'
import type { SimPeer, SimSocket } from './sim-socket.ts'

export function meetSerial(machine: SimMachine, socket: SimSocket): SimPeer {
  const listener = {
    tell: (event: string): void => {
      if (event === 'RESET') socket.say('\r\nSimulated machine starts again.\r\n\r\nlogin: ')
    },
    end: () => socket.hangUp(),
  }
  machine.listeners.add(listener)
  return {
    hear: (data) => {
      if (machine.state !== 'running') return
      socket.say(
        data.toString('latin1').replaceAll('\r', '\r\nNobody can log in: this machine is simulated.\r\nlogin: '),
      )
    },
    left: () => void machine.listeners.delete(listener),
  }
}
