/**
 * The commands and events of QEMU that the agent uses: the one list that the generator reads.
 *
 * Add a name here, run `node scripts/generate-qmp-types.ts` in apps/agent, and commit what it wrote.
 */
export const commandsInUse = [
  'qmp_capabilities',
  'query-qmp-schema',
  'query-version',
  'query-status',
  'query-kvm',
  'query-machines',
  'query-cpus-fast',
  'query-blockstats',
  'query-balloon',
  'cont',
  'stop',
  'system_powerdown',
  'system_reset',
  'quit',
  'qom-get',
  'qom-set',
  'screendump',
  'send-key',
  'blockdev-add',
  'blockdev-del',
  'query-block',
  'blockdev-open-tray',
  'blockdev-remove-medium',
  'blockdev-insert-medium',
  'blockdev-close-tray',
  'block_resize',
  'block-export-add',
  'block-job-cancel',
  'block-job-set-speed',
  'blockdev-mirror',
  'job-complete',
  'job-dismiss',
  'job-finalize',
  'nbd-server-start',
  'nbd-server-stop',
  'query-jobs',
  'set_link',
  'device_add',
  'device_del',
  'object-add',
  'object-del',
  'migrate-set-capabilities',
  'migrate-set-parameters',
  'migrate-incoming',
  'migrate',
  'migrate_cancel',
  'migrate-continue',
  'migrate-start-postcopy',
  'migrate-recover',
  'yank',
  'query-migrate',
] as const

export const eventsInUse = [
  'SHUTDOWN',
  'POWERDOWN',
  'RESET',
  'STOP',
  'RESUME',
  'SUSPEND',
  'WAKEUP',
  'WATCHDOG',
  'GUEST_PANICKED',
  'MEMORY_FAILURE',
  'BLOCK_IO_ERROR',
  'BLOCK_IMAGE_CORRUPTED',
  'DEVICE_TRAY_MOVED',
  'DEVICE_DELETED',
  'DEVICE_UNPLUG_GUEST_ERROR',
  'VSERPORT_CHANGE',
  'BALLOON_CHANGE',
  'MIGRATION',
  'MIGRATION_PASS',
] as const

/** Of a union with many branches, those that are in use; the others would be thousands of lines. */
export const variantsInUse: Readonly<Record<string, readonly string[]>> = {
  'blockdev-add': ['file', 'host_device', 'nbd', 'qcow2', 'raw'],
  'block-export-add': ['nbd'],
  'object-add': ['tls-creds-psk'],
}

/** Commands that take more arguments than the schema names: device properties are not in it. */
export const openArguments: readonly string[] = ['device_add']

/** Replies that are parsed elsewhere and typed as unknown. */
export const opaqueReturns: readonly string[] = ['query-qmp-schema', 'query-block']
