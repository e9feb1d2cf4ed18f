/** dnsmasq's lease file: one line a lease, "<expiry> <mac> <ip> <name> <client id>". */
export interface Lease {
  mac: string
  ip: string
  hostname: string | null
}

export function parseLeases(text: string): Lease[] {
  return text.split('\n').flatMap((line) => {
    const [expiry, mac, ip, name] = line.split(' ')
    if (expiry === undefined || mac === undefined || ip === undefined || !/^\d+$/.test(expiry)) return []
    if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac)) return []
    return [{ mac: mac.toLowerCase(), ip, hostname: name === undefined || name === '*' ? null : name }]
  })
}
