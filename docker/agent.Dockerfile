# The agent of one host, with QEMU. docker-compose.yml says which rights it needs and why.
FROM node:24-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends qemu-system-x86 qemu-utils ovmf seabios ipxe-qemu util-linux \
      bubblewrap libarchive-tools dnsmasq-base nftables iproute2 iputils-ping ca-certificates tini \
 && rm -rf /var/lib/apt/lists/* \
 && npm install --global --ignore-scripts pnpm@10.34.9
WORKDIR /srv/berth
COPY . .
RUN pnpm install --frozen-lockfile --prod --filter @berth/agent...
ENV NODE_ENV=production BERTH_AGENT_DATA=/var/lib/berth BERTH_AGENT_RUN=/run/berth BERTH_AGENT_LISTEN=0.0.0.0:7443
VOLUME /var/lib/berth
EXPOSE 7443
# tini reaps QEMUs that outlive an agent: they become children of the container's first process.
ENTRYPOINT ["tini", "--"]
CMD ["node", "--min-semi-space-size=8", "--max-semi-space-size=8", "apps/agent/src/main.ts"]
