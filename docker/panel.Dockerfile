# The panel: pages, API and jobs. It holds no root rights and no device; hosts run their agents elsewhere.
FROM node:24-bookworm-slim AS build
RUN npm install --global --ignore-scripts pnpm@10.34.9
WORKDIR /srv/berth
COPY . .
RUN pnpm install --frozen-lockfile \
 && pnpm --filter @berth/prisma generate \
 && pnpm --filter @berth/web build && rm -rf apps/web/.next/builds/making

FROM node:24-bookworm-slim
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 \
    BERTH_DATA=/var/lib/berth BERTH_PORT=7400 BERTH_LISTEN=0.0.0.0 \
    MALLOC_ARENA_MAX=2
WORKDIR /srv/berth
COPY --from=build /srv/berth .
RUN install -d -m 0700 -o node -g node /var/lib/berth
USER node
VOLUME /var/lib/berth
EXPOSE 7400
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.BERTH_PORT + '/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# exec form: Node is the first process and gets SIGTERM itself.
CMD ["node", "--max-semi-space-size=16", "--max-old-space-size=1024", "apps/web/server/main.ts"]
