/**
 * The monitor of a simulated machine: greeting, negotiation, commands in their order, events. One client at a time gets the
 * greeting, as with QEMU's socket; the next one waits for it.
 */
import { LineFramer, parseJsonLine } from '../qmp/line-framer.ts'
import { isRecord } from '../qmp/qmp-shape.ts'
import { simCommand, type SimGround } from './sim-commands.ts'
import type { SimMachine } from './sim-machine.ts'
import { SimRefusal } from './sim-refusal.ts'
import type { SimPeer, SimSocket } from './sim-socket.ts'
import { simQemuVersion } from './sim-version.ts'

const greeting = {
  QMP: { version: { qemu: simQemuVersion.parts, package: simQemuVersion.packageVersion }, capabilities: ['oob'] },
}

export class SimMonitor {
  readonly #machine: SimMachine
  readonly #ground: SimGround
  readonly #clients: SimSocket[] = []

  constructor(machine: SimMachine, ground: SimGround) {
    this.#machine = machine
    this.#ground = ground
  }

  meet(socket: SimSocket): SimPeer {
    const framer = new LineFramer()
    this.#clients.push(socket)
    if (this.#clients.length === 1) this.#greet(socket)
    let isNegotiated = false
    const listener = {
      tell: (event: string, data: object): void => {
        if (isNegotiated) sendTo(socket, { event, data, timestamp: timestampNow() })
      },
      end: () => socket.hangUp(),
    }
    this.#machine.listeners.add(listener)
    const hear = (data: Buffer): void => {
      for (const line of framer.push(data)) {
        const asked = parseJsonLine(line)
        const command = isRecord(asked) ? (asked['execute'] ?? asked['exec-oob']) : undefined
        if (command === 'qmp_capabilities') isNegotiated = true
        this.#answer(socket, asked, command)
      }
    }
    const left = (): void => {
      this.#machine.listeners.delete(listener)
      const wasServed = this.#clients[0] === socket
      this.#clients.splice(this.#clients.indexOf(socket), 1)
      const [next] = this.#clients
      if (wasServed && next !== undefined) this.#greet(next)
    }
    return { hear, left }
  }

  #greet(socket: SimSocket): void {
    if (!this.#machine.facts.faults.has('mute')) sendTo(socket, greeting)
  }

  #answer(socket: SimSocket, asked: unknown, command: unknown): void {
    const id = isRecord(asked) ? asked['id'] : undefined
    if (this.#machine.facts.faults.has('mute')) return
    const args = isRecord(asked) && isRecord(asked['arguments']) ? asked['arguments'] : {}
    const reply = (answer: object): void => sendTo(socket, { ...answer, id })
    const refuse = (error: unknown): void => {
      if (!(error instanceof SimRefusal)) throw error
      reply({ error: { class: error.errorClass, desc: error.message } })
    }
    try {
      const value = simCommand(String(command))(this.#machine, args, this.#ground)
      if (!(value instanceof Promise)) return reply({ return: value ?? {} })
      void value.then((later: unknown) => reply({ return: later ?? {} })).catch(refuse)
    } catch (error) {
      refuse(error)
    }
  }
}

const sendTo = (socket: SimSocket, message: object): void => socket.say(`${JSON.stringify(message)}\n`)

function timestampNow(): { seconds: number; microseconds: number } {
  const nowMs = Date.now()
  return { seconds: Math.floor(nowMs / 1_000), microseconds: (nowMs % 1_000) * 1_000 }
}
