# API, worker and migrations are commands of one image. Node runs the sources; what is built is the workflow bundle, so that nothing is written at run time.
# Debian's C library: the native part of Temporal's SDK is not built for musl.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Postgres, Temporal and Node itself are brought by other images: --omit=dev leaves out the packages that embed them.
RUN npm ci --omit=dev --no-audit --no-fund
COPY . .
RUN node worker/build-bundle.ts

FROM ${NODE_IMAGE}
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /app /app
USER node
ENTRYPOINT ["node", "cli/main.ts"]
CMD ["--help"]
