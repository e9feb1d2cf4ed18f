/** Which QEMU a simulated host claims to have: the one whose words the simulation speaks. */
export const simQemuVersion = {
  parts: { major: 7, minor: 2, micro: 0 },
  text: '7.2.0',
  packageVersion: 'simulated',
  machineTypes: ['pc-q35-7.2', 'pc-q35-7.1', 'pc-q35-7.0'],
} as const
