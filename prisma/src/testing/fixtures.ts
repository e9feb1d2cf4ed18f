import type { Host, Operation, Prisma, PrismaClient, User, Vm } from '../client.ts'

const hash = (): string => crypto.randomUUID().replaceAll('-', '').repeat(2)

/** A user with a host and a machine on it: what most rows hang on. */
export async function createWorld(prisma: PrismaClient): Promise<{ user: User; host: Host; vm: Vm }> {
  const user = await prisma.user.create({ data: { name: 'Ada', email: `${crypto.randomUUID()}@example.test` } })
  const name = `host-${crypto.randomUUID()}`
  const host = await prisma.host.create({ data: { name, address: '127.0.0.1', port: 7443, certFingerprint: hash() } })
  const vm = await createVm(prisma, { ownerId: user.id, hostId: host.id })
  return { user, host, vm }
}

export async function createVm(
  prisma: PrismaClient,
  data: Partial<Prisma.VmUncheckedCreateInput> & { ownerId: string },
): Promise<Vm> {
  return prisma.vm.create({ data: { name: `vm-${crypto.randomUUID().slice(0, 8)}`, spec: {}, ...data } })
}

export async function createOperation(
  prisma: PrismaClient,
  data: Partial<Prisma.OperationUncheckedCreateInput>,
): Promise<Operation> {
  return prisma.operation.create({
    data: {
      kind: 'vm.start',
      targetName: 'web-1',
      title: 'Start web-1',
      args: {},
      actorKey: 'system:test',
      actorName: 'test',
      actorVia: 'system',
      ...data,
    },
  })
}
