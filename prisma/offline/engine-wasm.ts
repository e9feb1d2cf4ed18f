import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg'

// TypeScript declares it for browsers only.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: Record<string, object>) => { exports: object }
}

/** The engine's methods are called by the names that the CLI sends. */
export type EngineMethod = (params: unknown) => Promise<unknown>

/**
 * Prisma's schema engine, compiled to WebAssembly, ready to use.
 *
 * The package's own entry imports the .wasm file as a module, which Node 22 does not do without a flag; so the two halves
 * are put together here.
 */
export function loadEngine(): typeof glue {
  const gluePath = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const module = new WebAssembly.Module(readFileSync(gluePath.replace(/\.js$/, '.wasm')))
  const instance = new WebAssembly.Instance(module, { './schema_engine_bg.js': { ...glue } })
  glue.__wbg_set_wasm(instance.exports)
  const start: unknown = Reflect.get(instance.exports, '__wbindgen_start')
  if (typeof start !== 'function') throw new Error('@prisma/schema-engine-wasm has no start function: another version?')
  Reflect.apply(start, instance.exports, [])
  installPanicRegistry()
  return glue
}

/** Where the engine leaves a panic's message, by a global of this name. */
function installPanicRegistry(): void {
  let message = ''
  Reflect.set(globalThis, 'PRISMA_WASM_PANIC_REGISTRY', {
    set_message: (text: unknown) => (message = String(text)),
    get: () => message,
  })
}
