/** The audit trail's procedures in words. What is not listed shows by its own name. */
const words: Readonly<Record<string, string>> = {
  'auth.signIn': 'Sign in',
  'auth.changePassword': 'Change own password',
  'vm.create': 'Create machine',
  'vm.update': 'Change machine',
  'vm.start': 'Start machine',
  'vm.shutdown': 'Shut down machine',
  'vm.stop': 'Stop machine',
  'vm.reboot': 'Reboot machine',
  'vm.reset': 'Reset machine',
  'vm.pause': 'Pause machine',
  'vm.resume': 'Resume machine',
  'vm.insertDisc': 'Insert disc into machine',
  'vm.ejectDisc': 'Eject disc from machine',
  'vm.migrate': 'Move machine',
  'vm.rehearse': 'Rehearse moving machine',
  'vm.setMoveBandwidth': 'Change bandwidth of move of',
  'vm.moveDisk': 'Move a disk of machine',
  'vm.delete': 'Delete machine',
  'image.importUrl': 'Import image',
  'image.delete': 'Delete image',
  'host.join': 'Host joined',
  'network.create': 'Add network',
  'network.delete': 'Delete network',
  'host.createJoinToken': 'Make join command for host',
  'host.revokeJoinToken': 'Take back join command for host',
  'host.revoke': 'Revoke host',
  'host.remove': 'Remove host',
  'operation.cancel': 'Cancel task',
  'console.open': 'Open console',
  'token.create': 'Create API token',
  'token.revoke': 'Revoke API token',
  'user.create': 'Add user',
  'user.update': 'Change user',
  'user.disable': 'Disable user',
  'user.enable': 'Enable user',
  'user.resetPassword': 'Reset password of',
  'user.revokeSessions': 'Sign out user',
  'user.updateProfile': 'Change profile',
  'user.setSshKeys': 'Change SSH keys',
}

export const procedureWords = (procedure: string): string => words[procedure] ?? procedure

export const auditOutcomes = ['all', 'ok', 'denied', 'failed'] as const
export type AuditOutcome = (typeof auditOutcomes)[number]

export const auditAreas = [
  'all',
  'auth',
  'vm',
  'image',
  'host',
  'network',
  'operation',
  'console',
  'token',
  'user',
] as const
export type AuditArea = (typeof auditAreas)[number]

export const areaWords: Readonly<Record<AuditArea, string>> = {
  all: 'Everything',
  auth: 'Sign-in',
  vm: 'Machines',
  image: 'Images',
  host: 'Hosts',
  network: 'Networks',
  operation: 'Tasks',
  console: 'Consoles',
  token: 'API tokens',
  user: 'Users and profiles',
}

export interface AuditView {
  outcome: AuditOutcome
  area: AuditArea
}

export function parseAuditView(search: { get(name: string): string | null }): AuditView {
  return {
    outcome: auditOutcomes.find((value) => value === search.get('outcome')) ?? 'all',
    area: auditAreas.find((value) => value === search.get('area')) ?? 'all',
  }
}

/** The input of `audit.list`. */
export function auditListInput({ outcome, area }: AuditView) {
  return {
    limit: 50,
    filter: { ...(outcome === 'all' ? {} : { outcome }), ...(area === 'all' ? {} : { procedure: `${area}.` }) },
  }
}
