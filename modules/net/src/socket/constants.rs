//! Constants of module `_socket`.

/// The constants.
#[krait_macros::pymodule_part(name = "_socket")]
pub mod constants {
    use krait_runtime::objects::exceptions::types;
    use krait_runtime::prelude::*;

    /// Gone from the kernel, but still in the C library's headers.
    #[pyattr]
    #[allow(non_upper_case_globals)]
    const AF_DECnet: i64 = 12;
    #[pyattr]
    const AF_QIPCRTR: i64 = 42;
    #[pyattr]
    const IPV6_JOIN_GROUP: i64 = 20;
    #[pyattr]
    const IPV6_LEAVE_GROUP: i64 = 21;
    #[pyattr]
    const NI_MAXSERV: i64 = 32;
    #[pyattr]
    const TCP_TX_DELAY: i64 = 37;
    #[pyattr]
    use libc::{
        AF_ALG, AF_APPLETALK, AF_ASH, AF_ATMPVC, AF_ATMSVC, AF_AX25, AF_BLUETOOTH, AF_BRIDGE, AF_CAN,
        AF_ECONET, AF_INET, AF_INET6, AF_IPX, AF_IRDA, AF_KEY, AF_LLC, AF_NETBEUI, AF_NETLINK, AF_NETROM,
        AF_PACKET, AF_PPPOX, AF_RDS, AF_ROSE, AF_ROUTE, AF_SECURITY, AF_SNA, AF_TIPC, AF_UNIX, AF_UNSPEC,
        AF_VSOCK, AF_WANPIPE, AF_X25, AI_ADDRCONFIG, AI_ALL, AI_CANONNAME, AI_NUMERICHOST, AI_NUMERICSERV,
        AI_PASSIVE, AI_V4MAPPED, ALG_OP_DECRYPT, ALG_OP_ENCRYPT, ALG_SET_AEAD_ASSOCLEN,
        ALG_SET_AEAD_AUTHSIZE, ALG_SET_IV, ALG_SET_KEY, ALG_SET_OP, CAN_BCM, CAN_EFF_FLAG, CAN_EFF_MASK,
        CAN_ERR_FLAG, CAN_ERR_MASK, CAN_ISOTP, CAN_J1939, CAN_RAW, CAN_RAW_ERR_FILTER, CAN_RAW_FD_FRAMES,
        CAN_RAW_FILTER, CAN_RAW_JOIN_FILTERS, CAN_RAW_LOOPBACK, CAN_RAW_RECV_OWN_MSGS, CAN_RTR_FLAG,
        CAN_SFF_MASK, EAI_AGAIN, EAI_BADFLAGS, EAI_FAIL, EAI_FAMILY, EAI_MEMORY, EAI_NODATA, EAI_NONAME,
        EAI_OVERFLOW, EAI_SERVICE, EAI_SOCKTYPE, EAI_SYSTEM, ETH_P_ALL, INADDR_ANY, INADDR_BROADCAST,
        INADDR_LOOPBACK, INADDR_NONE, IP_ADD_MEMBERSHIP, IP_ADD_SOURCE_MEMBERSHIP, IP_BIND_ADDRESS_NO_PORT,
        IP_BLOCK_SOURCE, IP_DEFAULT_MULTICAST_LOOP, IP_DEFAULT_MULTICAST_TTL, IP_DROP_MEMBERSHIP,
        IP_DROP_SOURCE_MEMBERSHIP, IP_FREEBIND, IP_HDRINCL, IP_MULTICAST_IF, IP_MULTICAST_LOOP,
        IP_MULTICAST_TTL, IP_OPTIONS, IP_PKTINFO, IP_RECVERR, IP_RECVOPTS, IP_RECVORIGDSTADDR, IP_RECVTOS,
        IP_RECVTTL, IP_RETOPTS, IP_TOS, IP_TRANSPARENT, IP_TTL, IP_UNBLOCK_SOURCE, IPPROTO_AH,
        IPPROTO_DSTOPTS, IPPROTO_EGP, IPPROTO_ESP, IPPROTO_FRAGMENT, IPPROTO_GRE, IPPROTO_HOPOPTS,
        IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_IDP, IPPROTO_IGMP, IPPROTO_IP, IPPROTO_IPIP, IPPROTO_IPV6,
        IPPROTO_MPTCP, IPPROTO_NONE, IPPROTO_PIM, IPPROTO_PUP, IPPROTO_RAW, IPPROTO_ROUTING, IPPROTO_RSVP,
        IPPROTO_SCTP, IPPROTO_TCP, IPPROTO_TP, IPPROTO_UDP, IPPROTO_UDPLITE, IPV6_CHECKSUM, IPV6_DONTFRAG,
        IPV6_DSTOPTS, IPV6_HOPLIMIT, IPV6_HOPOPTS, IPV6_MULTICAST_HOPS, IPV6_MULTICAST_IF,
        IPV6_MULTICAST_LOOP, IPV6_NEXTHOP, IPV6_PATHMTU, IPV6_PKTINFO, IPV6_RECVDSTOPTS, IPV6_RECVERR,
        IPV6_RECVHOPLIMIT, IPV6_RECVHOPOPTS, IPV6_RECVPATHMTU, IPV6_RECVPKTINFO, IPV6_RECVRTHDR,
        IPV6_RECVTCLASS, IPV6_RTHDR, IPV6_RTHDRDSTOPTS, IPV6_TCLASS, IPV6_UNICAST_HOPS, IPV6_V6ONLY,
        J1939_EE_INFO_NONE, J1939_EE_INFO_TX_ABORT, J1939_FILTER_MAX, J1939_IDLE_ADDR,
        J1939_MAX_UNICAST_ADDR, J1939_NLA_BYTES_ACKED, J1939_NLA_PAD, J1939_NO_ADDR, J1939_NO_NAME,
        J1939_NO_PGN, J1939_PGN_ADDRESS_CLAIMED, J1939_PGN_ADDRESS_COMMANDED, J1939_PGN_MAX,
        J1939_PGN_PDU1_MAX, J1939_PGN_REQUEST, MSG_CMSG_CLOEXEC, MSG_CONFIRM, MSG_CTRUNC, MSG_DONTROUTE,
        MSG_DONTWAIT, MSG_EOR, MSG_ERRQUEUE, MSG_FASTOPEN, MSG_MORE, MSG_NOSIGNAL, MSG_OOB, MSG_PEEK,
        MSG_TRUNC, MSG_WAITALL, NETLINK_CRYPTO, NETLINK_DNRTMSG, NETLINK_FIREWALL, NETLINK_IP6_FW,
        NETLINK_NFLOG, NETLINK_ROUTE, NETLINK_USERSOCK, NETLINK_XFRM, NI_DGRAM, NI_IDN, NI_MAXHOST,
        NI_NAMEREQD, NI_NOFQDN, NI_NUMERICHOST, NI_NUMERICSERV, PACKET_BROADCAST, PACKET_HOST,
        PACKET_LOOPBACK, PACKET_MULTICAST, PACKET_OTHERHOST, PACKET_OUTGOING, PF_CAN, PF_PACKET, PF_RDS,
        SCM_CREDENTIALS, SCM_J1939_DEST_ADDR, SCM_J1939_DEST_NAME, SCM_J1939_ERRQUEUE, SCM_J1939_PRIO,
        SCM_RIGHTS, SHUT_RD, SHUT_RDWR, SHUT_WR, SO_ACCEPTCONN, SO_BINDTODEVICE, SO_BINDTOIFINDEX,
        SO_BROADCAST, SO_DEBUG, SO_DOMAIN, SO_DONTROUTE, SO_ERROR, SO_INCOMING_CPU, SO_J1939_ERRQUEUE,
        SO_J1939_FILTER, SO_J1939_PROMISC, SO_J1939_SEND_PRIO, SO_KEEPALIVE, SO_LINGER, SO_MARK,
        SO_OOBINLINE, SO_ORIGINAL_DST, SO_PASSCRED, SO_PASSSEC, SO_PEERCRED, SO_PEERSEC, SO_PRIORITY,
        SO_PROTOCOL, SO_RCVBUF, SO_RCVLOWAT, SO_RCVTIMEO, SO_REUSEADDR, SO_REUSEPORT, SO_SNDBUF, SO_SNDLOWAT,
        SO_SNDTIMEO, SO_TYPE, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK, SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET,
        SOCK_STREAM, SOL_ALG, SOL_BLUETOOTH, SOL_CAN_BASE, SOL_CAN_RAW, SOL_IP, SOL_RDS, SOL_SOCKET, SOL_TCP,
        SOL_TIPC, SOL_UDP, SOMAXCONN, TCP_CC_INFO, TCP_CONGESTION, TCP_CORK, TCP_DEFER_ACCEPT, TCP_FASTOPEN,
        TCP_FASTOPEN_CONNECT, TCP_FASTOPEN_KEY, TCP_FASTOPEN_NO_COOKIE, TCP_INFO, TCP_INQ, TCP_KEEPCNT,
        TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_LINGER2, TCP_MAXSEG, TCP_MD5SIG, TCP_MD5SIG_EXT, TCP_NODELAY,
        TCP_NOTSENT_LOWAT, TCP_QUEUE_SEQ, TCP_QUICKACK, TCP_REPAIR, TCP_REPAIR_OPTIONS, TCP_REPAIR_QUEUE,
        TCP_REPAIR_WINDOW, TCP_SAVE_SYN, TCP_SAVED_SYN, TCP_SYNCNT, TCP_THIN_DUPACK,
        TCP_THIN_LINEAR_TIMEOUTS, TCP_TIMESTAMP, TCP_ULP, TCP_USER_TIMEOUT, TCP_WINDOW_CLAMP,
        TCP_ZEROCOPY_RECEIVE, VMADDR_CID_ANY, VMADDR_CID_HOST, VMADDR_CID_LOCAL, VMADDR_PORT_ANY,
    };
    #[pyattr]
    const ALG_OP_SIGN: i64 = 2;
    #[pyattr]
    const ALG_OP_VERIFY: i64 = 3;
    #[pyattr]
    const ALG_SET_PUBKEY: i64 = 6;
    #[pyattr]
    const BDADDR_BREDR: i64 = 0;
    #[pyattr]
    const BDADDR_LE_PUBLIC: i64 = 1;
    #[pyattr]
    const BDADDR_LE_RANDOM: i64 = 2;
    #[pyattr]
    const BTPROTO_HCI: i64 = 1;
    #[pyattr]
    const BTPROTO_L2CAP: i64 = 0;
    #[pyattr]
    const BTPROTO_RFCOMM: i64 = 3;
    #[pyattr]
    const BTPROTO_SCO: i64 = 2;
    #[pyattr]
    const BT_CHANNEL_POLICY: i64 = 10;
    #[pyattr]
    const BT_CHANNEL_POLICY_BREDR_ONLY: i64 = 0;
    #[pyattr]
    const BT_CHANNEL_POLICY_BREDR_PREFERRED: i64 = 1;
    #[pyattr]
    const BT_CODEC: i64 = 19;
    #[pyattr]
    const BT_DEFER_SETUP: i64 = 7;
    #[pyattr]
    const BT_FLUSHABLE: i64 = 8;
    #[pyattr]
    const BT_FLUSHABLE_OFF: i64 = 0;
    #[pyattr]
    const BT_FLUSHABLE_ON: i64 = 1;
    #[pyattr]
    const BT_ISO_QOS: i64 = 17;
    #[pyattr]
    const BT_MODE: i64 = 15;
    #[pyattr]
    const BT_MODE_BASIC: i64 = 0;
    #[pyattr]
    const BT_MODE_ERTM: i64 = 1;
    #[pyattr]
    const BT_MODE_EXT_FLOWCTL: i64 = 4;
    #[pyattr]
    const BT_MODE_LE_FLOWCTL: i64 = 3;
    #[pyattr]
    const BT_MODE_STREAMING: i64 = 2;
    #[pyattr]
    const BT_PHY: i64 = 14;
    #[pyattr]
    const BT_PHY_BR_1M_1SLOT: i64 = 1;
    #[pyattr]
    const BT_PHY_BR_1M_3SLOT: i64 = 2;
    #[pyattr]
    const BT_PHY_BR_1M_5SLOT: i64 = 4;
    #[pyattr]
    const BT_PHY_EDR_2M_1SLOT: i64 = 8;
    #[pyattr]
    const BT_PHY_EDR_2M_3SLOT: i64 = 16;
    #[pyattr]
    const BT_PHY_EDR_2M_5SLOT: i64 = 32;
    #[pyattr]
    const BT_PHY_EDR_3M_1SLOT: i64 = 64;
    #[pyattr]
    const BT_PHY_EDR_3M_3SLOT: i64 = 128;
    #[pyattr]
    const BT_PHY_EDR_3M_5SLOT: i64 = 256;
    #[pyattr]
    const BT_PHY_LE_1M_RX: i64 = 1024;
    #[pyattr]
    const BT_PHY_LE_1M_TX: i64 = 512;
    #[pyattr]
    const BT_PHY_LE_2M_RX: i64 = 4096;
    #[pyattr]
    const BT_PHY_LE_2M_TX: i64 = 2048;
    #[pyattr]
    const BT_PHY_LE_CODED_RX: i64 = 16384;
    #[pyattr]
    const BT_PHY_LE_CODED_TX: i64 = 8192;
    #[pyattr]
    const BT_PKT_STATUS: i64 = 16;
    #[pyattr]
    const BT_POWER: i64 = 9;
    #[pyattr]
    const BT_POWER_FORCE_ACTIVE_OFF: i64 = 0;
    #[pyattr]
    const BT_POWER_FORCE_ACTIVE_ON: i64 = 1;
    #[pyattr]
    const BT_RCVMTU: i64 = 13;
    #[pyattr]
    const BT_SECURITY: i64 = 4;
    #[pyattr]
    const BT_SECURITY_FIPS: i64 = 4;
    #[pyattr]
    const BT_SECURITY_HIGH: i64 = 3;
    #[pyattr]
    const BT_SECURITY_LOW: i64 = 1;
    #[pyattr]
    const BT_SECURITY_MEDIUM: i64 = 2;
    #[pyattr]
    const BT_SECURITY_SDP: i64 = 0;
    #[pyattr]
    const BT_SNDMTU: i64 = 12;
    #[pyattr]
    const BT_VOICE: i64 = 11;
    #[pyattr]
    const BT_VOICE_CVSD_16BIT: i64 = 96;
    #[pyattr]
    const BT_VOICE_TRANSPARENT: i64 = 3;
    #[pyattr]
    const BT_VOICE_TRANSPARENT_16BIT: i64 = 99;
    #[pyattr]
    const CAN_BCM_CAN_FD_FRAME: i64 = 2048;
    #[pyattr]
    const CAN_BCM_RX_ANNOUNCE_RESUME: i64 = 256;
    #[pyattr]
    const CAN_BCM_RX_CHANGED: i64 = 12;
    #[pyattr]
    const CAN_BCM_RX_CHECK_DLC: i64 = 64;
    #[pyattr]
    const CAN_BCM_RX_DELETE: i64 = 6;
    #[pyattr]
    const CAN_BCM_RX_FILTER_ID: i64 = 32;
    #[pyattr]
    const CAN_BCM_RX_NO_AUTOTIMER: i64 = 128;
    #[pyattr]
    const CAN_BCM_RX_READ: i64 = 7;
    #[pyattr]
    const CAN_BCM_RX_RTR_FRAME: i64 = 1024;
    #[pyattr]
    const CAN_BCM_RX_SETUP: i64 = 5;
    #[pyattr]
    const CAN_BCM_RX_STATUS: i64 = 10;
    #[pyattr]
    const CAN_BCM_RX_TIMEOUT: i64 = 11;
    #[pyattr]
    const CAN_BCM_SETTIMER: i64 = 1;
    #[pyattr]
    const CAN_BCM_STARTTIMER: i64 = 2;
    #[pyattr]
    const CAN_BCM_TX_ANNOUNCE: i64 = 8;
    #[pyattr]
    const CAN_BCM_TX_COUNTEVT: i64 = 4;
    #[pyattr]
    const CAN_BCM_TX_CP_CAN_ID: i64 = 16;
    #[pyattr]
    const CAN_BCM_TX_DELETE: i64 = 2;
    #[pyattr]
    const CAN_BCM_TX_EXPIRED: i64 = 9;
    #[pyattr]
    const CAN_BCM_TX_READ: i64 = 3;
    #[pyattr]
    const CAN_BCM_TX_RESET_MULTI_IDX: i64 = 512;
    #[pyattr]
    const CAN_BCM_TX_SEND: i64 = 4;
    #[pyattr]
    const CAN_BCM_TX_SETUP: i64 = 1;
    #[pyattr]
    const CAN_BCM_TX_STATUS: i64 = 8;
    #[pyattr]
    const EAI_ADDRFAMILY: i64 = -9;
    #[pyattr]
    const ETHERTYPE_ARP: i64 = 2054;
    #[pyattr]
    const ETHERTYPE_IP: i64 = 2048;
    #[pyattr]
    const ETHERTYPE_IPV6: i64 = 34525;
    #[pyattr]
    const ETHERTYPE_VLAN: i64 = 33024;
    #[pyattr]
    const HCI_CHANNEL_CONTROL: i64 = 3;
    #[pyattr]
    const HCI_CHANNEL_LOGGING: i64 = 4;
    #[pyattr]
    const HCI_CHANNEL_MONITOR: i64 = 2;
    #[pyattr]
    const HCI_CHANNEL_RAW: i64 = 0;
    #[pyattr]
    const HCI_CHANNEL_USER: i64 = 1;
    #[pyattr]
    const HCI_DATA_DIR: i64 = 1;
    #[pyattr]
    const HCI_DEV_NONE: i64 = 65535;
    #[pyattr]
    const HCI_FILTER: i64 = 2;
    #[pyattr]
    const HCI_TIME_STAMP: i64 = 3;
    #[pyattr]
    const INADDR_ALLHOSTS_GROUP: i64 = 3758096385;
    #[pyattr]
    const INADDR_MAX_LOCAL_GROUP: i64 = 3758096639;
    #[pyattr]
    const INADDR_UNSPEC_GROUP: i64 = 3758096384;
    #[pyattr]
    const IOCTL_VM_SOCKETS_GET_LOCAL_CID: i64 = 1977;
    #[pyattr]
    const IPPORT_RESERVED: i64 = 1024;
    #[pyattr]
    const IPPORT_USERRESERVED: i64 = 5000;
    #[pyattr]
    const IPV6_RTHDR_TYPE_0: i64 = 0;
    #[pyattr]
    const IP_MAX_MEMBERSHIPS: i64 = 20;
    #[pyattr]
    const IP_RECVRETOPTS: i64 = 7;
    #[pyattr]
    const L2CAP_LM: i64 = 3;
    #[pyattr]
    const L2CAP_LM_AUTH: i64 = 2;
    #[pyattr]
    const L2CAP_LM_ENCRYPT: i64 = 4;
    #[pyattr]
    const L2CAP_LM_MASTER: i64 = 1;
    #[pyattr]
    const L2CAP_LM_RELIABLE: i64 = 16;
    #[pyattr]
    const L2CAP_LM_SECURE: i64 = 32;
    #[pyattr]
    const L2CAP_LM_TRUSTED: i64 = 8;
    #[pyattr]
    const PACKET_FASTROUTE: i64 = 6;
    #[pyattr]
    const SOL_HCI: i64 = 0;
    #[pyattr]
    const SOL_L2CAP: i64 = 6;
    #[pyattr]
    const SOL_RFCOMM: i64 = 18;
    #[pyattr]
    const SOL_SCO: i64 = 17;
    #[pyattr]
    const SO_VM_SOCKETS_BUFFER_MAX_SIZE: i64 = 2;
    #[pyattr]
    const SO_VM_SOCKETS_BUFFER_MIN_SIZE: i64 = 1;
    #[pyattr]
    const SO_VM_SOCKETS_BUFFER_SIZE: i64 = 0;
    #[pyattr]
    const TIPC_ADDR_ID: i64 = 3;
    #[pyattr]
    const TIPC_ADDR_NAME: i64 = 2;
    #[pyattr]
    const TIPC_ADDR_NAMESEQ: i64 = 1;
    #[pyattr]
    const TIPC_CFG_SRV: i64 = 0;
    #[pyattr]
    const TIPC_CLUSTER_SCOPE: i64 = 2;
    #[pyattr]
    const TIPC_CONN_TIMEOUT: i64 = 130;
    #[pyattr]
    const TIPC_CRITICAL_IMPORTANCE: i64 = 3;
    #[pyattr]
    const TIPC_DEST_DROPPABLE: i64 = 129;
    #[pyattr]
    const TIPC_HIGH_IMPORTANCE: i64 = 2;
    #[pyattr]
    const TIPC_IMPORTANCE: i64 = 127;
    #[pyattr]
    const TIPC_LOW_IMPORTANCE: i64 = 0;
    #[pyattr]
    const TIPC_MEDIUM_IMPORTANCE: i64 = 1;
    #[pyattr]
    const TIPC_NODE_SCOPE: i64 = 3;
    #[pyattr]
    const TIPC_PUBLISHED: i64 = 1;
    #[pyattr]
    const TIPC_SRC_DROPPABLE: i64 = 128;
    #[pyattr]
    const TIPC_SUBSCR_TIMEOUT: i64 = 3;
    #[pyattr]
    const TIPC_SUB_CANCEL: i64 = 4;
    #[pyattr]
    const TIPC_SUB_PORTS: i64 = 1;
    #[pyattr]
    const TIPC_SUB_SERVICE: i64 = 2;
    #[pyattr]
    const TIPC_TOP_SRV: i64 = 1;
    #[pyattr]
    const TIPC_WAIT_FOREVER: i64 = -1;
    #[pyattr]
    const TIPC_WITHDRAWN: i64 = 2;
    #[pyattr]
    const TIPC_ZONE_SCOPE: i64 = 1;
    #[pyattr]
    const UDPLITE_RECV_CSCOV: i64 = 11;
    #[pyattr]
    const UDPLITE_SEND_CSCOV: i64 = 10;
    #[pyattr]
    const VM_SOCKETS_INVALID_VERSION: i64 = 4294967295;

    #[pyattr]
    const BDADDR_ANY: &str = "00:00:00:00:00:00";
    #[pyattr]
    const BDADDR_LOCAL: &str = "00:00:00:FF:FF:FF";
    #[pyattr(name = "has_ipv6")]
    const HAS_IPV6: bool = true;
    #[pyattr]
    fn error(_py: Py<'_>) -> Ref<PyObject> {
        types::OSError().to_ref()
    }
    #[pyattr]
    fn timeout(_py: Py<'_>) -> Ref<PyObject> {
        types::TimeoutError().to_ref()
    }
}
