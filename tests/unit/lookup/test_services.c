// SPDX-License-Identifier: Apache-2.0
// Services: the table is in order, everyday ports have their everyday names, and the remote port comes first.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rustnet/lookup.h"
#include "services.h"

enum { TCP = 6, UDP = 17 };

static void inv_1_sorted_and_unique(void **state)
{
    (void)state;
    assert_true(lookup_service_count >= 250);
    for (size_t i = 1; i < lookup_service_count; i++)
        assert_true(lookup_services[i - 1].port < lookup_services[i].port);
}

static bool is_name(const char *s)
{
    // A service name (RFC 6335, 5.1), and short enough for a column.
    return strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") ==
               strlen(s) &&
           *s != '\0' && strlen(s) <= 15 + 5;
}

static void every_row_has_a_name_and_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < lookup_service_count; i++) {
        const struct lookup_service *row = &lookup_services[i];
        assert_true(row->tcp || row->udp);
        assert_true(!row->tcp || is_name(row->tcp));
        assert_true(!row->udp || is_name(row->udp));
        assert_ptr_equal(rn_service_find(TCP, row->port), row->tcp);
        assert_ptr_equal(rn_service_find(UDP, row->port), row->udp);
    }
}

static void everyday_ports_have_their_names(void **state)
{
    (void)state;
    static const struct {
        uint16_t proto, port;
        const char *want;
    } cases[] = {
        {TCP, 20, "ftp-data"},     {TCP, 21, "ftp"},           {TCP, 22, "ssh"},
        {TCP, 23, "telnet"},       {TCP, 25, "smtp"},          {TCP, 53, "dns"},
        {TCP, 80, "http"},         {TCP, 110, "pop3"},         {TCP, 143, "imap"},
        {TCP, 443, "https"},       {TCP, 445, "microsoft-ds"}, {TCP, 587, "submission"},
        {TCP, 993, "imaps"},       {TCP, 995, "pop3s"},        {TCP, 1433, "mssql"},
        {TCP, 3306, "mysql"},      {TCP, 3389, "rdp"},         {TCP, 5432, "postgresql"},
        {TCP, 5900, "vnc"},        {TCP, 6379, "redis"},       {TCP, 8080, "http-alt"},
        {TCP, 8443, "https-alt"},  {TCP, 27017, "mongodb"},    {UDP, 53, "dns"},
        {UDP, 67, "dhcp-server"},  {UDP, 68, "dhcp-client"},   {UDP, 123, "ntp"},
        {UDP, 161, "snmp"},        {UDP, 443, "https"},        {UDP, 500, "isakmp"},
        {UDP, 1194, "openvpn"},    {UDP, 4500, "ipsec-nat"},   {UDP, 5060, "sip"},
        {UDP, 5353, "mdns"},       {UDP, 5355, "llmnr"},       {UDP, 1900, "ssdp"},
        {UDP, 51820, "wireguard"}, {TCP, 514, "shell"},        {UDP, 514, "syslog"},
        {TCP, 1, "tcpmux"},        {TCP, 6379, "redis"},       {TCP, 465, "submissions"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *name = rn_service_find(cases[i].proto, cases[i].port);
        assert_non_null(name);
        assert_string_equal(name, cases[i].want);
    }
}

static void unknown_ports_and_other_protocols_have_none(void **state)
{
    (void)state;
    assert_null(rn_service_find(TCP, 0));
    assert_null(rn_service_find(TCP, 65535));
    assert_null(rn_service_find(TCP, 40000));
    assert_null(rn_service_find(TCP, 51820)); // UDP only
    assert_null(rn_service_find(132, 80));
    assert_null(rn_service_find(1, 0));
}

static void the_remote_port_comes_first(void **state)
{
    (void)state;
    assert_string_equal(rn_service_of(TCP, 443, 22), "https");
    assert_string_equal(rn_service_of(TCP, 51000, 22), "ssh");
    assert_string_equal(rn_service_of(TCP, 443, 51000), "https");
    assert_null(rn_service_of(TCP, 51000, 51001));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inv_1_sorted_and_unique),
        cmocka_unit_test(every_row_has_a_name_and_is_found),
        cmocka_unit_test(everyday_ports_have_their_names),
        cmocka_unit_test(unknown_ports_and_other_protocols_have_none),
        cmocka_unit_test(the_remote_port_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
