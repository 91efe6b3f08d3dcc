#!/bin/sh
# Builds the kernel package. Runs inside a Debian root with the compiler and linux-source; build.py puts this
# file, fragment.config and (after the first time) signing-key.pem into /build and takes signing-key.pem and
# what is in /build/out: config and linux-image.deb.
#
#   make_kernel.sh [configure|package]   one half only, to work on the options by hand
#
# JOBS: how many compilers at once. NAME: the end of the kernel's version, such as -bedplate.
set -eu
exec 1>&2
cd /build
mkdir -p out
archive=$(echo /usr/src/linux-source-*.tar.xz)
source=/build/source
# Dates inside the kernel and the package are the source's, never today's: the same inputs give the same bytes.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(stat -c %Y "$archive")}
export SOURCE_DATE_EPOCH
export KBUILD_BUILD_TIMESTAMP="@$SOURCE_DATE_EPOCH" KBUILD_BUILD_USER=bedplate KBUILD_BUILD_HOST=bedplate \
    KBUILD_BUILD_VERSION=1 LC_ALL=C TZ=UTC

configure() {
    mkdir -p "$source"
    tar --extract --file "$archive" --directory "$source" --strip-components 1
    if [ ! -e signing-key.pem ]; then
        openssl req -new -nodes -x509 -sha256 -days 36500 -newkey rsa:3072 -subj "/CN=Bedplate kernel modules" \
            -keyout signing-key.pem -out signing-key.crt
        cat signing-key.crt >> signing-key.pem
    fi
    cd "$source"
    make -s x86_64_defconfig
    scripts/kconfig/merge_config.sh -m .config /build/fragment.config
    make -s olddefconfig
    # Kconfig drops a value whose dependencies are not met without a word. Better now than after an hour.
    lost=$(sed -n 's/^\(CONFIG_[A-Za-z0-9_]*=.*\)$/\1/p' /build/fragment.config | grep -vxFf .config || true)
    kept=$(sed -n 's/^# \(CONFIG_[A-Za-z0-9_]*\) is not set$/^\1=/p' /build/fragment.config | grep -f - .config || true)
    if [ -n "$lost$kept" ]; then
        echo "Kconfig did not grant: $lost"
        echo "Kconfig did not switch off: $kept"
        exit 1
    fi
    cp .config /build/out/config
}

package() {
    cd "$source"
    make -j "$JOBS" bzImage modules
    version=$(make -s kernelrelease)
    name=linux-image-$version
    root=/build/package
    mkdir -p $root/DEBIAN $root/boot "$root/usr/share/doc/$name"
    make -s -j "$JOBS" INSTALL_MOD_PATH=$root/usr INSTALL_MOD_STRIP=1 modules_install
    # These two would point at the place of this build.
    rm -f "$root/usr/lib/modules/$version/build" "$root/usr/lib/modules/$version/source"
    cp "$(make -s image_name)" "$root/boot/vmlinuz-$version"
    cp .config "$root/boot/config-$version"
    cp System.map "$root/boot/System.map-$version"
    cp COPYING "$root/usr/share/doc/$name/copyright"
    origin=$(dpkg-query --show --showformat '${Version}' "$(basename "$archive" .tar.xz)")
    cat > $root/DEBIAN/control <<END
Package: $name
Version: $origin+${NAME#-}
Architecture: amd64
Maintainer: Bedplate <bedplate@localhost>
Section: kernel
Priority: optional
Provides: linux-image
Depends: kmod
Installed-Size: $(du --summarize --block-size 1024 $root | cut -f 1)
Description: Linux with what the Bedplate appliance needs
 Built from Debian's linux-source $origin.
END
    chmod -R u=rwX,go=rX $root
    chmod 0600 "$root/boot/System.map-$version"
    find $root -newermt "@$SOURCE_DATE_EPOCH" -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
    dpkg-deb --root-owner-group --build $root /build/out/linux-image.deb
}

case ${1:-all} in
all)
    configure
    package
    ;;
configure | package) "$1" ;;
*)
    echo "make_kernel.sh: configure or package, not $1"
    exit 2
    ;;
esac
