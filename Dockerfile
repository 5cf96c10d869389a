# The app in a container, for a server inside an institution.
#
#   docker build -t brueghel-explorer .
#   docker run --rm -v explorer-cache:/cache -v /srv/pictures:/pictures:ro brueghel-explorer \
#       index /pictures --name mine --model mini
#   docker run -p 127.0.0.1:7860:7860 -v explorer-cache:/cache -v /srv/pictures:/pictures:ro brueghel-explorer \
#       serve mine --host 0.0.0.0 --no-browser
#
# Collections, and what people judged in them, are in the volume /cache. The app has no sign-in of itself: publish the
# port to this machine only, as above, or give it --password-file (and --allow-host, the name it is opened by).
#
# torch comes with CUDA libraries on x86. For the smaller build for the processor alone, give the package index that
# PyTorch's "Get started" page names for Linux, Pip, CPU: docker build --build-arg PIP_EXTRA_INDEX_URL=... .

FROM python:3.11-bookworm AS build
ARG PIP_EXTRA_INDEX_URL=""
RUN python -m venv /opt/explorer
WORKDIR /source
COPY requirements.txt ./
# The libraries first: this layer is kept as long as the list is. hnswlib is compiled here.
RUN /opt/explorer/bin/pip install --no-cache-dir --requirement requirements.txt
COPY . .
RUN /opt/explorer/bin/pip install --no-cache-dir --constraint requirements.txt .

FROM python:3.11-slim-bookworm
# The OpenMP library that hnswlib is linked with; Debian keeps one version of it per release.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 --user-group explorer \
    && install --directory --owner explorer --group explorer /cache
COPY --from=build /opt/explorer /opt/explorer
ENV PATH=/opt/explorer/bin:$PATH \
    EXPLORER_CACHE=/cache \
    HF_HOME=/cache/.huggingface \
    NUMBA_CACHE_DIR=/tmp/numba \
    PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /home/explorer
VOLUME /cache
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:7860/health', timeout=8).close()"]
ENTRYPOINT ["explorer"]
CMD ["serve", "demo", "--host", "0.0.0.0", "--no-browser"]
