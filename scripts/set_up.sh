#!/bin/sh
# Install OpenCWC and all that it needs into the virtual environment named by the first argument; with "tests" as the
# second one, also what the tests run for real: PostgreSQL, a PKCS#11 token, age, an OpenID provider, a browser, tesseract.
# On Debian and Ubuntu it installs missing system packages when it is root, and says which they are when it is not.
set -eu
venv=$1
for_tests=${2:-}

python=
for name in python3.13 python3.12 python3.11 python3; do
  if command -v "$name" >/dev/null 2>&1 &&
    "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1; then
    python=$name
    break
  fi
done
if [ -z "$python" ]; then
  echo "OpenCWC needs Python 3.11, 3.12 or 3.13, and none was found. On Debian or Ubuntu: apt-get install python3 python3-venv" >&2
  exit 2
fi

missing=
"$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || missing="$missing $(basename "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')")"
# RDKit's drawing code links these; they are the only system libraries that its wheel does not bring.
for library in libXrender.so.1:libxrender1 libXext.so.6:libxext6 libX11.so.6:libx11-6 libexpat.so.1:libexpat1; do
  "$python" -c "import ctypes; ctypes.CDLL('${library%%:*}')" >/dev/null 2>&1 || missing="$missing ${library##*:}"
done
if [ "$for_tests" = tests ]; then
  for program in softhsm2-util:softhsm2 age:age openssl:openssl ssh-keygen:openssh-client node:nodejs npm:npm setpriv:util-linux systemd-analyze:systemd chromium:chromium; do
    command -v "${program%%:*}" >/dev/null 2>&1 || missing="$missing ${program##*:}"
  done
  # Debian's Firefox, or whichever is there.
  command -v firefox-esr >/dev/null 2>&1 || command -v firefox >/dev/null 2>&1 || missing="$missing firefox-esr"
  PATH="$PATH:/usr/sbin" command -v nginx >/dev/null 2>&1 || missing="$missing nginx-light"
  command -v tesseract >/dev/null 2>&1 || missing="$missing tesseract-ocr"
  for language in ara chi-sim fra rus spa; do
    tesseract --list-langs 2>/dev/null | grep -qx "$(echo "$language" | tr - _)" || missing="$missing tesseract-ocr-$language"
  done
  command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
fi
if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing system packages:$missing"
    DEBIAN_FRONTEND=noninteractive apt-get -qq update >/dev/null
    # shellcheck disable=SC2086 # a list of packages
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing >/dev/null
  else
    echo "These system packages are missing:$missing" >&2
    echo "Ask an administrator to run: apt-get install$missing" >&2
    exit 2
  fi
fi

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
[ "$for_tests" != tests ] || for folder in oidc_provider browser; do
  (cd "tests/web/$folder" && npm ci --silent --no-audit --no-fund >/dev/null)
done
echo "Installing Python packages into $venv (once; a few minutes) ..."
pip() { "$venv/bin/python" -m pip --quiet --disable-pip-version-check "$@"; }
# Every file is held against its hash; what builds OpenCWC itself is among them, so that nothing else is fetched for that.
pip install --no-deps --require-hashes --requirement constraints.txt
pip install --no-deps --no-build-isolation --editable .
