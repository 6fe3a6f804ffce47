// SPDX-License-Identifier: Apache-2.0
// Initial packets of two connections of QUIC, version 1, sealed by hand (tests/unit/dpi/made_quic.h seals them).
#ifndef RUSTNET_TESTS_FLOW_MADE_QUIC_H
#define RUSTNET_TESTS_FLOW_MADE_QUIC_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

// A client's first Initial to 8394c8f03e515708, from c1..c8: the hello of RFC 9001, A.2 (example.com).
__attribute__((unused)) static const char made_hello[] =
    "c800000001088394c8f03e51570808c1c2c3c4c5c6c7c8004109f3fba43546b4512b9b7ca3cac0a5a46d3cde"
    "86ea1ba948b493c65035757d070d55f5e8dc088bde29b4615c30345b27fb15e5e566eb0368d7f1e3ba76b4dd"
    "de8b3162714bcb3d2b949c2dedd203be8c7cdb3cbe4bacbc32e89de18847650fdf5421a704078683498a0218"
    "5422399dfd105e2354c395ca25e5c6824be3183a75c14cfa0aa44decbf629e2e0a2abd22cf58a7abd84c1456"
    "25469387953b12db43290e859f0d59d97b2e406c59c0cccb770a1d0a2b717e95c60b8196559f760b21476c9a"
    "139930e243405520fdfda15ff3d2fd5cf298bfac6f4dfec56d3302e85e2c99812ab4617193b09307e349a5fa"
    "d81d0da65eaef52a9f96a1fa0d625626c9291b9d72b64adcd80cce";
// The server's answer from f067a5502a4262b5: an ACK.
__attribute__((unused)) static const char made_answer[] =
    "cc0000000108c1c2c3c4c5c6c7c808f067a5502a4262b500401957682ae6aa3039b11b098df48e90d9cf763f"
    "2b0bb4b74f6d6b";
// ... and its CONNECTION_CLOSE of TLS alert 40.
__attribute__((unused)) static const char made_close[] =
    "c20000000108c1c2c3c4c5c6c7c808f067a5502a4262b5004019eb3491d0440904d69949d89974314e2329be"
    "2fced1580707ef";
// Another client's, or another connection's, first Initial: to 0102030405060708, from d1..d8.
__attribute__((unused)) static const char made_hello2[] =
    "c70000000108010203040506070808d1d2d3d4d5d6d7d8004109f92932c03ff55a5a05769a0663565006c0ed"
    "e18802ac20947a86a2b224ed31c06be8e738c84fd7d3698ad42204dfa9d58877d8c681a8ecf5f2f1ae889a52"
    "c18390208c2f64a3c7dca8968637c75a7a60a8fef7377c11212132b32f3da52f259e18b22f8848eedb3be391"
    "54173f5c3ba052eb081c3a2a53e5aa24137a0f288ab678cc1ac996b4ddfd9e2ed5a7aa08b1376f86de8561d3"
    "82352359a0580b21b344f4508b4be7952c7a6daa3039dc13dffe5bde036c031d298f6d8fe9ec4b04f7ba98a8"
    "093d68d8c0c6007c3fe2231d687f66e6be3e885f18978288416a4706e6a911597ec812097ed52cab0723a041"
    "aec23259837ed6a663ec5190991de1e7968d8a8ca04ac49c574f1f";
// The same client closes at once, without an error.
__attribute__((unused)) static const char made_closed2[] =
    "cc0000000108010203040506070808d1d2d3d4d5d6d7d80040189f206b5607c8f75c44b27a70c8a2579aa80a"
    "feb465107f3b";
// A server's answer to that, from f067a5502a4262b5 again.
__attribute__((unused)) static const char made_answer2[] =
    "c00000000108d1d2d3d4d5d6d7d808f067a5502a4262b50040191e9e496227e4a5613f9e5e2c940a039503cf"
    "575e49ce6c9669";
// An answer in the first connection to an id that its client has not chosen.
__attribute__((unused)) static const char made_stranger[] =
    "cf0000000108eeeeeeeeeeeeeeee08f067a5502a4262b500401918b622cb3dbae504e1e89a966d5dd6af8da2"
    "54c6452e17b4f6";
// An answer from an id of four bytes.
__attribute__((unused)) static const char made_shortid[] =
    "c00000000108c1c2c3c4c5c6c7c804f067a550004019c53de158aa3039b11bf100be42fdd93be6661f42c2c1"
    "0cec94";

// Bytes of hexadecimal digits, spaces between them or not, at most 1,500.
__attribute__((unused)) static size_t made_datagram(const char *hex, uint8_t out[1500])
{
    static const char digits[] = "0123456789abcdef";
    size_t len = 0;
    for (; *hex && len < 1500; hex++) {
        if (*hex == ' ')
            continue;
        out[len] = (uint8_t)((strchr(digits, hex[0]) - digits) << 4);
        out[len++] |= (uint8_t)(strchr(digits, hex[1]) - digits);
        hex++;
    }
    return len;
}

#endif
