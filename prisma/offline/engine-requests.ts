/**
 * Answers the CLI's requests with the WebAssembly engine. Where that one behaves unlike the native engine, which the CLI
 * was written for, the difference is made up here; each place says how.
 */
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import { createAdapterFactory, type EngineDatabase } from './engine-adapter.ts'
import { writeAnswer, writeFailure, writePrint, type EngineFailure } from './engine-output.ts'
import { loadEngine, type EngineMethod } from './engine-wasm.ts'
import { isDebugging } from './env.ts'
import { createDatabase, createScratchDatabase, databaseOf } from './scratch-database.ts'

export interface EngineContext {
  datamodels: [path: string, text: string][] | undefined
  database: EngineDatabase | undefined
}

interface EngineRequest {
  id: number
  method: string
  params: Record<string, unknown>
}

type BoundFactory = ReturnType<typeof bindMigrationAwareSqlAdapterFactory>

const wasm = loadEngine()

/** Handles one line of the CLI's; whatever fails becomes the request's answer. */
export async function answerLine(line: string, context: EngineContext): Promise<void> {
  const request = parseRequest(line)
  if (!request) return
  const factory = bindMigrationAwareSqlAdapterFactory(
    context.database ? createAdapterFactory(context.database) : factoryWithoutDatabase,
  )
  try {
    await answer(request, context, factory)
  } catch (error) {
    writeFailure(request.id, describeFailure(error, factory))
  }
}

async function answer(request: EngineRequest, context: EngineContext, factory: BoundFactory): Promise<void> {
  const { id, method, params } = request
  switch (method) {
    case 'createDatabase': // The WebAssembly engine has none.
      return writeAnswer(id, { databaseName: await createNamedDatabase(params, context) })
    case 'diff':
      return answerDiff(request, context, factory)
    case 'getDatabaseVersion':
      return writeAnswer(id, await callEngine({ method: 'version', params, context, factory }))
    default:
      return writeAnswer(id, await callEngine({ method, params, context, factory }))
  }
}

interface EngineCall {
  method: string
  params: Record<string, unknown>
  context: EngineContext
  factory: BoundFactory
}

/** One engine per request: a used one has lost its way to the scratch database. */
async function callEngine({ method, params, context, factory }: EngineCall): Promise<unknown> {
  const log = (message: string): void => void (isDebugging() && process.stderr.write(`${message}\n`))
  const engine = await wasm.SchemaEngine.new({ datamodels: context.datamodels }, log, factory)
  try {
    // These two look for the migrations' schema in the engine's cache only; devDiagnostic fills it.
    if (method === 'evaluateDataLoss' || method === 'createMigration') {
      const { migrationsList, filters } = params
      await methodOf(engine, 'devDiagnostic')({ migrationsList, filters })
    }
    return await methodOf(engine, method)(params)
  } finally {
    engine.free()
  }
}

/** Answered only once the scratch database is gone: the CLI ends an engine that has answered. */
async function answerDiff({ id, params }: EngineRequest, context: EngineContext, factory: BoundFactory): Promise<void> {
  const replays = [params.from, params.to].some((side) => fieldOf(side, 'tag') === 'migrations')
  const call = { method: 'diff', params, context, factory }
  writeDiff(id, await (replays && context.database ? diffOnScratch(call, context.database.url) : callEngine(call)))
}

/** The WebAssembly engine replays migrations on whatever it is connected to: connect it to a scratch database. */
async function diffOnScratch({ method, params }: EngineCall, url: string): Promise<unknown> {
  await using scratch = await createScratchDatabase(url)
  const database = { url: scratch.url, shadowUrl: undefined }
  const factory = bindMigrationAwareSqlAdapterFactory(createAdapterFactory(database))
  return await callEngine({ method, params, context: { datamodels: undefined, database }, factory })
}

function writeDiff(id: number, result: unknown): void {
  const stdout = fieldOf(result, 'stdout')
  if (typeof stdout === 'string') writePrint(id, stdout.replace(/\n$/, ''))
  writeAnswer(id, { exitCode: fieldOf(result, 'exitCode'), stdout: null })
}

async function createNamedDatabase(params: Record<string, unknown>, context: EngineContext): Promise<string> {
  const url = fieldOf(params.datasource, 'url') ?? context.database?.url
  if (typeof url !== 'string') throw new Error('No database URL: set DATABASE_URL')
  await createDatabase(url)
  return databaseOf(url)
}

/** The engine reports a driver's error as a number, under which the adapter kept the error itself. */
function describeFailure(error: unknown, factory: BoundFactory): EngineFailure {
  const code = fieldOf(error, 'code')
  const message = error instanceof Error ? error.message : String(error)
  if (typeof code === 'string') return { message, code, meta: fieldOf(error, 'meta') }
  const number = /"?(?:id|ExternalError)"?[^0-9]*(\d+)/.exec(message)?.[1]
  const original = number === undefined ? undefined : factory.errorRegistry.consumeError(Number(number))?.error
  const cause = original instanceof Error ? original : error
  if (!(cause instanceof Error)) return { message, code: undefined }
  return { message: cause.message, code: undefined, backtrace: cause.stack }
}

function methodOf(engine: object, name: string): EngineMethod {
  const method: unknown = Reflect.get(engine, name)
  if (typeof method !== 'function') throw new Error(`This engine does not know ${name}`)
  return async (params) => Reflect.apply(method, engine, [params]) as unknown
}

function parseRequest(line: string): EngineRequest | undefined {
  const message: unknown = line.trim() === '' ? undefined : JSON.parse(line)
  const [id, method, params] = [fieldOf(message, 'id'), fieldOf(message, 'method'), fieldOf(message, 'params')]
  // Without a method it is the CLI's answer to one of our `print` calls.
  if (typeof id !== 'number' || typeof method !== 'string') return undefined
  return { id, method, params: isRecord(params) ? params : {} }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

const factoryWithoutDatabase = {
  provider: 'postgres',
  adapterName: '@berth/prisma',
  connect: () => Promise.reject(new Error('No database URL: set DATABASE_URL')),
  connectToShadowDb: () => Promise.reject(new Error('No database URL: set DATABASE_URL')),
} as const
