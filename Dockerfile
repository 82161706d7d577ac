# Three images from one build: `web` serves, and also migrates; `edge` is Nginx with the static files.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No install scripts of packages run: the build needs none.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1
RUN BUILD_OUTPUT=standalone node node_modules/next/dist/bin/next build
# Keeps only what runs. Sharp, which would scale images, and the commands of a checkout are left out.
RUN node bin/precompress.ts static-files
RUN cp -r .next/standalone /image \
 && node bin/copy-packages.ts /image \
      @next/env @node-rs/argon2 @zxcvbn-ts/language-common bcryptjs bowser node-pg-migrate pg pino prom-client zod \
 && cp -r bin db lib public /image/ \
 && cp -r .next/static /image/.next/ \
 && cd /image \
 && rm -rf server.js node_modules/@img node_modules/sharp node_modules/@swc/helpers/src \
 && rm bin/check-image.ts bin/copy-packages.ts bin/precompress.ts bin/start.ts
# Here, beside no other node_modules, a package that was not copied is missing, and fails the build.
RUN node bin/check-image.ts /image && mkdir -p /image/.next/cache


# Nginx's stable branch; docs/operating.md says how long each base image gets fixes.
FROM nginx:1.30 AS edge
COPY nginx/development/ /etc/nginx/templates/development/
COPY nginx/production/ /etc/nginx/templates/production/
COPY nginx/movieconnect/ /etc/nginx/movieconnect/
COPY nginx/docker-entrypoint.d/ /docker-entrypoint.d/
COPY nginx/move.sh /move.sh
COPY --from=build /app/static-files/ /srv/static/
COPY nginx/nginx.conf /etc/nginx/nginx.conf
ENV STATIC_ROOT=/srv/static NGINX_ENVSUBST_TEMPLATE_DIR=/etc/nginx/templates/development


# The last stage is the one that `docker build .` builds.
FROM node:24-slim AS web
# The packages are installed already: npm, yarn and Node's headers are not needed.
RUN rm -rf /usr/local/lib/node_modules /usr/local/include /opt/yarn* /usr/local/bin/np[mx] /usr/local/bin/corepack /usr/local/bin/yarn*
WORKDIR /app
# All files belong to root: the user that serves them can't change them.
COPY --from=build /image/ ./
# New volumes take their owner from these directories: development's secret, and Next's cache.
RUN mkdir -m 700 /secret && chown node:node /secret .next/cache
# Nginx checks readiness every second, and has gone elsewhere after this delay.
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 PORT=8000 SHUTDOWN_DELAY_MS=5000
USER node
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+process.env.PORT+'/api/health/ready/').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
CMD ["node", "bin/serve.ts"]
