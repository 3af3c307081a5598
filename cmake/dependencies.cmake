# Third-party libraries, all from the distribution. Why each is here: docs/decisions/0002-dependencies.md.

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(uring REQUIRED IMPORTED_TARGET liburing)
pkg_check_modules(pmem REQUIRED IMPORTED_TARGET libpmem)
pkg_check_modules(isal REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(fabric IMPORTED_TARGET libfabric>=1.17)  # optional: RDMA

if(BUILD_TESTING)
  find_package(GTest REQUIRED)
  find_package(benchmark REQUIRED)
endif()
