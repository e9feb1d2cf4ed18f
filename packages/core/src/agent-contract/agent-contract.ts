/**
 * The agent's procedures, once for both sides: the agent builds its tRPC router from this table, the panel its typed
 * client, and both parse what comes over the wire. tRPC path: "<group>.<name>".
 */
import { z } from 'zod'
import { vmIdSchema } from '../ids/ids.ts'
import { metricsAnswerSchema, metricsQuerySchema } from '../metrics/metric-series.ts'
import { screenshotSchema } from '../vm/screenshot.ts'
import { vmObservationSchema } from '../vm/vm-observation.ts'
import { agentEventSchema, hostSnapshotSchema } from './agent-events.ts'
import { flightRecordSchema } from './flight-record.ts'
import {
  moveBandwidthSchema,
  moveFileSchema,
  moveListenerSchema,
  moveOwnershipSchema,
  moveRecoverRequestSchema,
  moveTakeAnswerSchema,
  moveTakeRequestSchema,
} from './move-commands.ts'
import { dirtySampleSchema, pathSampleSchema } from '../migration/move-forecast.ts'
import { moveHistorySchema } from './move-history.ts'
import { hostDoorSchema } from './rehearsal-commands.ts'
import { directoryReportSchema, poolInspectSchema } from './pool-commands.ts'
import { stepKeySchema, stepReportSchema, stepRunRequestSchema, stepWaitRequestSchema } from './step-report.ts'

/** Raised when old and new cannot talk at all; what is optional is announced as a capability name instead. */
export const contractVersion = 1

const query = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) =>
  ({ type: 'query', input, output }) as const
const mutation = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) =>
  ({ type: 'mutation', input, output }) as const
const subscription = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) =>
  ({ type: 'subscription', input, output }) as const

const noInput = z.void()
const oneVm = z.object({ vmId: vmIdSchema })

export const agentContract = {
  agent: {
    hello: query(
      noInput,
      z.object({
        contractVersion: z.int(),
        agentVersion: z.string(),
        capabilities: z.array(z.string()),
        at: z.iso.datetime(),
      }),
    ),
    /**
     * A signing request (PKCS #10, PEM) for a key that the agent makes and keeps until its certificate comes; asked again
     * before that, the same. Only agents with the capability "renewal".
     */
    requestCertificate: mutation(z.strictObject({}), z.object({ csrPem: z.string().max(8_192) })),
    /** Kept at once and shown from the next connection on; open ones stay. INPUT_INVALID for any other certificate. */
    installCertificate: mutation(z.strictObject({ certificatePem: z.string().max(16_384) }), z.object({})),
    /**
     * SHA-256 of certificates (lower-case hexadecimal) that were revoked and have not ended: kept on disk, in place of
     * those told before, and refused from now on; open connections under them are cut. Only with the capability "refusals".
     */
    refuseCertificates: mutation(
      z.strictObject({ fingerprints: z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(10_000) }),
      z.object({}),
    ),
    /** `lastEventId` comes with a reconnect, by SSE's own header or by the first request. */
    events: subscription(z.object({ lastEventId: z.string().nullish() }), agentEventSchema),
  },
  step: {
    run: mutation(stepRunRequestSchema, stepReportSchema),
    wait: query(stepWaitRequestSchema, stepReportSchema),
    /** Asks a running step to end early; it then fails with OPERATION_CANCELLED. Steps that cannot, go on. */
    cancel: mutation(stepKeySchema, z.object({ isAccepted: z.boolean() })),
  },
  host: {
    snapshot: query(noInput, hostSnapshotSchema),
    metrics: query(metricsQuerySchema, metricsAnswerSchema),
  },
  /** Only agents with the capability "pools". */
  pool: {
    /** What the host finds in a directory that is to be a shared pool, or in what it mounts. Whatever is the matter is in the answer. */
    inspect: query(poolInspectSchema, directoryReportSchema),
  },
  vm: {
    /** Looks at QEMU now (query-status), not at what was remembered. */
    observe: query(oneVm, vmObservationSchema),
    metrics: query(oneVm.extend({ query: metricsQuerySchema }), metricsAnswerSchema),
    screenshot: query(oneVm, screenshotSchema),
    /** The last one that was taken, however old; to be shown while there is no other. */
    lastScreenshot: query(oneVm, z.object({ screenshot: screenshotSchema.nullable() })),
    commandLine: query(oneVm, z.object({ argv: z.array(z.string()) })),
    flightRecords: query(
      oneVm.extend({ afterSequence: z.int().default(0), limit: z.int().min(1).max(500).default(200) }),
      z.object({ records: z.array(flightRecordSchema) }),
    ),
    sendKeys: mutation(
      oneVm.extend({
        keys: z
          .array(z.string().regex(/^[a-z0-9_]{1,20}$/))
          .min(1)
          .max(6),
        /** Of the user who asks. CONSOLE_HELD while somebody else holds the machine's screen. */
        userId: z.string().max(100).default(''),
      }),
      z.object({}),
    ),
  },
  /**
   * Between hosts, by their own certificates ("host:<id>"); `owner` is the panel's too. Only agents with the capability
   * "moves".
   */
  move: {
    /** PERMISSION_DENIED for anybody but the source of that move. */
    bringFile: mutation(moveFileSchema, z.object({})),
    take: mutation(moveTakeRequestSchema, moveTakeAnswerSchema),
    /** Between hosts. Where QEMU listens for the rest of a machine that came before its memory. */
    recover: mutation(moveRecoverRequestSchema, moveListenerSchema),
    owner: query(oneVm, moveOwnershipSchema),
    /** Between hosts, after `take`. INPUT_INVALID for a chunk that does not follow the one before; see move-history.ts. */
    bringHistory: mutation(moveHistorySchema, z.object({})),
    /** The panel's, of the source. VM_STATE_CONFLICT unless that move sends now. Only with the capability "move-options". */
    setBandwidth: mutation(moveBandwidthSchema, z.object({})),
  },
  /** What is measured before a move. Both take seconds, change nothing, and end early with their request. Only with "forecast". */
  forecast: {
    /**
     * Looks at the same pages for about 4 s. One at a time for a machine: whoever asks meanwhile is told the same. VM_STATE_CONFLICT
     * for a machine that is off or moves, FORECAST_UNAVAILABLE where this host may not look.
     */
    dirty: query(oneVm, dirtySampleSchema),
    /** Sends to the other host's agent for about a second. HOST_UNREACHABLE, FORECAST_UNAVAILABLE. */
    path: query(z.strictObject({ target: hostDoorSchema }), pathSampleSchema),
  },
} as const

/** What a host may ask of another host: nothing else is opened for its certificate. */
export const betweenHosts = ['move.bringFile', 'move.take', 'move.recover', 'move.owner', 'move.bringHistory'] as const

/** Takes a body of any bytes from another host, and answers with how fast it came (migration/path-report.ts). No tRPC. */
export const pathProbePath = '/path-probe'

/**
 * Consoles are not tRPC: an HTTP upgrade on this path under the same mutual TLS, framed as WebSocket by the agent.
 * Query: none. Subprotocol: "binary". Text frames are control messages (see console/serial-control.ts). The
 * header `berth-console-seat` says who it is (see console/console-viewer.ts).
 */
export const consolePath = (vmId: string, kind: ConsoleKind): string => `/console/${vmId}/${kind}`
export const consoleKindSchema = z.enum(['screen', 'serial'])
export type ConsoleKind = z.infer<typeof consoleKindSchema>
